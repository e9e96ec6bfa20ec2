"""Pictures of charts: PNG of a known size, whatever the data and the labels are."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from sereno.explain.frame import Categories, Chart, Event, Series, Threshold
from sereno.query.explaining.given_picture import checked_picture
from sereno.query.explaining.picture import DPI, SIZE, draw

AT = 1.79e9
ABOVE_LEGEND = 395


def pixels(chart: Chart) -> Any:
    """The picture as an array, shape (height, width, 3)."""
    image = draw(chart)
    assert image.media == "image/png"
    assert checked_picture(image.media, image.data) == image  # what we draw, we would take
    with Pillow.open(io.BytesIO(image.data)) as opened:
        assert opened.size == (int(SIZE[0] * DPI), int(SIZE[1] * DPI))
        return np.asarray(opened.convert("RGB")).astype(int)


def line(name: str, *values: float) -> Series:
    return Series(name=name, times=AT + np.arange(0.0, 60.0 * len(values), 60.0), values=np.array(values))


def coloured(picture: Any, colour: tuple[int, int, int]) -> Any:
    """Rows of the pixels of about this colour."""
    rows, _ = np.nonzero((abs(picture - np.array(colour)) < 40).all(axis=2))
    return rows


BLUE, RED = (0x1F, 0x77, 0xB4), (0xC0, 0x39, 0x2B)


def test_what_rises_is_drawn_rising() -> None:
    picture = pixels(Chart(series=(line("p95", *range(100)),)))
    first, last = coloured(picture[:, 60:200], BLUE), coloured(picture[:, 600:780], BLUE)
    assert first.min() > last.max()  # row 0 is at the top


def test_a_threshold_above_a_line_is_drawn_above_it() -> None:
    chart = Chart(series=(line("p95", *([1.0] * 50)),), thresholds=(Threshold(9.0),), events=(Event(AT, "deploy", ""),))
    picture = pixels(chart)[:ABOVE_LEGEND]  # without the legend
    assert coloured(picture, RED).max() < coloured(picture, BLUE).min()


def test_a_peak_stays_however_many_points_there_are() -> None:
    quiet = np.zeros(100_000)
    peak = quiet.copy()
    peak[71_234] = 5.0
    times = AT + np.arange(100_000.0)
    shown = [
        np.ptp(coloured(pixels(Chart(series=(Series(name="x", times=times, values=values),)))[:ABOVE_LEGEND], BLUE))
        for values in (quiet, peak)
    ]
    assert shown[0] < 10
    assert shown[1] > 200


def test_categories_are_bars() -> None:
    chart = Chart(categories=(Categories(name="cost", names=("a", "b"), values=np.array([1.0, 3.0])),))
    assert len(coloured(pixels(chart), BLUE)) > 10_000


HOSTILE = [
    "$\\frac{1}{0}$", "$x$ $\\undefined$", "_hidden", "你好", "a\nb\x00\x1b[31m", "\ud800", "x" * 10_000, "<img>", "",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_labels_are_letters_and_nothing_else(text: str) -> None:
    pixels(Chart(title=text, series=(line(text, 1.0, 2.0),)))
    pixels(Chart(title=text, categories=(Categories(name=text, names=(text,), values=np.array([1.0])),)))


floats = st.floats(allow_nan=True, allow_infinity=True)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(floats, floats), max_size=6), st.lists(floats, max_size=2))
@example([(-1.7e308, 1.0), (1.7e308, 2.0)], [1.7e308])
@example([(0.0, -1.7e308), (1.0, 1.7e308)], [-1.7e308])
@example([(1.79e308, 1.0)], [])
def test_any_numbers_are_drawn(points: list[tuple[float, float]], limits: list[float]) -> None:
    times, values = np.array([at for at, _ in points]), np.array([value for _, value in points])
    thresholds = tuple(Threshold(one) for one in limits)
    pixels(Chart(series=(Series(name="x", times=times, values=values),), thresholds=thresholds))
    names = tuple(str(index) for index in range(len(values)))
    pixels(Chart(categories=(Categories(name="x", names=names, values=values),)))
