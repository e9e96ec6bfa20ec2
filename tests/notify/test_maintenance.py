"""Windows as Alertmanager reads them (its configuration reference, `<time_interval>`)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.plans import amtool, write
from sereno.notify.configuration import Plan
from sereno.notify.maintenance import WEEKDAYS, Window, time_interval


def test_a_window_within_a_day() -> None:
    window = Window(name="w", start="09:00", end="17:30", days=("monday:wednesday", "Friday"), timezone="Europe/Madrid")
    assert time_interval(window) == {
        "name": "w",
        "time_intervals": [
            {
                "times": [{"start_time": "09:00", "end_time": "17:30"}],
                "weekdays": ["monday", "tuesday", "wednesday", "friday"],
                "location": "Europe/Madrid",
            }
        ],
    }


def test_a_window_over_midnight_goes_on_with_the_next_day() -> None:
    window = Window(name="w", start="22:00", end="06:00", days=("saturday:sunday",))
    first, second = time_interval(window)["time_intervals"]
    assert first == {"times": [{"start_time": "22:00", "end_time": "24:00"}], "weekdays": ["saturday", "sunday"]}
    assert second == {"times": [{"start_time": "00:00", "end_time": "06:00"}], "weekdays": ["monday", "sunday"]}


def test_until_midnight_is_one_part() -> None:
    assert len(time_interval(Window(name="w", start="22:00", end="00:00"))["time_intervals"]) == 1


def test_whole_days() -> None:
    assert time_interval(Window(name="w", days_of_month=("1", "-1"), months=("january:march", "12"))) == {
        "name": "w",
        "time_intervals": [{"months": ["january:march", "12"], "days_of_month": ["1", "-1"]}],
    }


@pytest.mark.parametrize(
    ("window", "sentence"),
    [
        (Window(name="w", start="25:00"), "start is '25:00'; expected HH:MM"),
        (Window(name="w", end="7:00"), "end is '7:00'; expected HH:MM"),
        (Window(name="w", start="24:00"), "expected 00:00 and the next day"),
        (Window(name="w", days=("someday",)), "days has 'someday'; expected monday to sunday"),
        (Window(name="w", days=("monday:someday",)), "days has 'monday:someday'"),
        (Window(name="w", days_of_month=("32",)), "days_of_month has '32'; expected 1 to 31"),
        (Window(name="w", days_of_month=("0",)), "days_of_month has '0'"),
        (Window(name="w", months=("13",)), "months has '13'; expected january to december"),
        (Window(name="w", start="22:00", end="06:00", days_of_month=("1",)), "make two windows"),
    ],
)
def test_a_wrong_window_says_what_was_expected(window: Window, sentence: str) -> None:
    with pytest.raises(ValueError, match="^" + sentence if not sentence.startswith(("make", "expected")) else sentence):
        time_interval(window)


@given(st.integers(0, 6), st.integers(0, 6))
def test_a_range_of_days_goes_over_the_weeks_end(first: int, last: int) -> None:
    window = Window(name="w", days=(f"{WEEKDAYS[first]}:{WEEKDAYS[last]}",))
    (part,) = time_interval(window)["time_intervals"]
    assert len(part["weekdays"]) == (last - first) % 7 + 1
    assert {WEEKDAYS[first], WEEKDAYS[last]} <= set(part["weekdays"])


def test_amtool_takes_every_kind_of_window(tmp_path: Path) -> None:
    windows = (
        Window(name="a"),
        Window(name="b", start="22:00", end="06:00", days=("sunday:tuesday",)),
        Window(name="c", days_of_month=("1:7", "-3:-1"), months=("1:3", "december"), timezone="America/Bogota"),
    )
    amtool("check-config", write(tmp_path, Plan(windows=windows)))
