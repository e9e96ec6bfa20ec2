"""Figures from requests with known times; the published case of coordinated omission comes out as published."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest

from loadtest.running import plan
from sereno.loadtest.address import read_address
from sereno.loadtest.files import as_json
from sereno.loadtest.findings import report
from sereno.loadtest.page import page
from sereno.loadtest.profile import steady
from sereno.loadtest.report import Report
from sereno.loadtest.run import Ending
from sereno.loadtest.sample import Sample
from sereno.loadtest.tally import Tally
from sereno.loadtest.texts import LANGUAGES, TEXTS

ADDRESS = read_address("http://127.0.0.1:1")


def sample(intended: float, latency: float, delay: float = 0.0, **fields: Any) -> Sample:
    known: dict[str, Any] = {"user": 0, "session": "s", "turn": 0, "status": "success", "model": "m", **fields}
    return Sample(intended=intended, began=intended + delay, ended=intended + latency, **known)


def made(samples: list[Sample], seconds: float = 10.0, **fields: Any) -> Report:
    tally = Tally()
    for one in samples:
        tally.add(one)
    asked = plan(ADDRESS, profile=steady(1, seconds), **fields)
    return report(asked, tally, Ending("time", seconds, 0), version="1", started_at="2026-01-01T00:00:00+00:00")


def test_percentiles_are_exact_by_nearest_rank() -> None:
    # 1 to 1000 ms: the q-quantile by nearest rank is ceil(1000 q) ms.
    figures = made([sample(0.0, n / 1000) for n in range(1000, 0, -1)]).latency
    assert (figures.count, figures.min, figures.max) == (1000, 0.001, 1.0)
    assert (figures.p50, figures.p75, figures.p90) == (0.5, 0.75, 0.9)
    assert (figures.p95, figures.p99, figures.p999) == (0.95, 0.99, 0.999)
    assert figures.mean == pytest.approx(0.5005)


def test_the_stall_of_the_talk_comes_out_as_in_the_talk() -> None:
    """Tene: 100 s of 1 ms answers at 100 a second, then 100 s of silence: mean 25 s, p50 1 ms, p75 50 s, max 100 s.

    A test that waits for each answer would have told: mean 10.9 ms, p99.99 1 ms.
    """
    samples = [sample(n / 100, 0.001) for n in range(10_000)]
    samples.append(sample(100.0, 100.0))
    # Those due in the silence are sent when it is over, and are then answered in 1 ms.
    samples += [sample(100 + n / 100, 100 - n / 100 + 0.001, 100 - n / 100) for n in range(1, 10_000)]
    found = made(samples, 200.0, model_of_load="open")
    assert found.latency.mean == pytest.approx(25.0, rel=0.01)
    assert found.latency.p50 == pytest.approx(0.001)
    assert found.latency.p75 == pytest.approx(50.0, rel=0.01)
    assert found.latency.p99 == pytest.approx(98.0, rel=0.01)
    assert found.latency.max == pytest.approx(100.0)
    assert found.service.p999 == pytest.approx(0.001)


def test_what_was_refused_at_once_is_no_fast_answer() -> None:
    samples = [sample(0.0, 1.0), sample(0.0, 3.0)]
    samples += [sample(0.0, 0.001, status="error", error_type="http_5xx", http_status=500) for _ in range(50)]
    samples.append(sample(0.0, 30.0, status="error", error_type="upstream_timeout"))
    found = made(samples)
    assert (found.requests, found.succeeded, found.failed, found.timed_out) == (53, 2, 51, 1)
    assert (found.latency.count, found.latency.p50, found.latency.max) == (3, 3.0, 30.0)
    assert [(one.error_type, one.count) for one in found.failures] == [("http_5xx", 50), ("upstream_timeout", 1)]
    assert "lower_bound" in found.warnings


def test_slices_count_what_was_due_ended_and_under_way() -> None:
    found = made([sample(0.5, 2.0), sample(1.5, 0.25), sample(1.6, 0.1, status="error")], 4.0)
    assert found.slice == 1.0
    rows = [(one.at, one.due, one.succeeded, one.failed, one.in_flight, one.p99) for one in found.moments]
    assert rows[:3] == [(0.0, 1, 0, 0, 0, 2.0), (1.0, 2, 1, 1, 1, 0.25), (2.0, 0, 1, 0, 1, None)]
    assert sum(one.due for one in found.moments) == 3


def test_pauses_between_pieces_are_of_all_answers() -> None:
    found = made([sample(0.0, 1.0, gaps=[0.1] * 98), sample(0.0, 1.0, gaps=[0.5, 0.9])])
    assert found.gaps.count == 100
    assert found.gaps.p50 == pytest.approx(0.1, rel=0.09)
    assert found.gaps.p99 == pytest.approx(0.5, rel=0.09)
    assert found.gaps.max == 0.9


def test_unknown_is_not_nothing() -> None:
    found = made([sample(0.0, 1.0)])
    assert (found.input_tokens, found.output_tokens, found.output_tokens_per_second) == (None, None, None)
    assert found.first_chunk.p50 is None
    empty = made([])
    assert (empty.latency.count, empty.latency.p50, empty.throughput) == (0, None, 0.0)
    assert "nothing" in empty.warnings
    known = made([sample(0.0, 1.0, input_tokens=3, output_tokens=40), sample(0.0, 1.0)], 10.0)
    assert (known.input_tokens, known.output_tokens, known.output_tokens_per_second) == (3, 40, 4.0)


def test_a_late_generator_is_told_and_a_full_one_is_told_otherwise() -> None:
    late = [sample(n / 10, 1.0, 0.2) for n in range(50)]
    assert "late" in made(late, model_of_load="open").warnings
    assert "queued" in made(late, model_of_load="open", in_flight=1).warnings
    assert made([sample(0.0, 1.0)], model_of_load="open").warnings == []


def test_the_json_report_holds_all_of_it() -> None:
    found = made([sample(0.0, 1.0, gaps=[0.1]), sample(0.5, 2.0, status="error", error_type="http_5xx")])
    assert msgspec.json.decode(as_json(found), type=Report) == found


HOSTILE = "<script>alert(1)</script>\"'&\x1b[31m"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("samples", [[], [sample(n / 10, 0.1 + n / 50, gaps=[0.1]) for n in range(90)]])
def test_the_page_needs_nothing_else(language: Any, samples: list[Sample]) -> None:
    failed = sample(1.0, 0.1, status="error", error_type="http_5xx", error_message=HOSTILE, model=HOSTILE)
    text = page(made([*samples, failed]), language)
    assert "<script" not in text
    assert not re.search(r"(?:src|href|url|@import)\s*[=(]", text)
    addresses = set(re.findall(r"[a-z]+://[^\s<\"]+", text))
    assert addresses == {"http://127.0.0.1:1/api/chat"}
    assert "default-src 'none'" in text
    for svg in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        ET.fromstring(svg)
    assert not re.search(r"\bnan\b|\binf\b|None|undefined", text)


def test_every_text_is_in_both_languages() -> None:
    for key, (english, spanish) in TEXTS.items():
        assert english, key
        assert spanish, key
        assert "  " not in english + spanish, key
