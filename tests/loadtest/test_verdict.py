"""Objectives: kept at the last error that the budget allows, missed at the next one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sereno.assembly.slo import load
from sereno.loadtest.sample import Sample
from sereno.loadtest.tally import Tally
from sereno.loadtest.verdict import Objective, judge


def verdicts(samples: list[Sample], *specs: Path) -> dict[str, Objective]:
    tally = Tally()
    for one in samples:
        tally.add(one)
    return {one.id: one for one in judge(load(specs), tally.cells())}


def sample(latency: float = 1.0, **fields: Any) -> Sample:
    known: dict[str, Any] = {
        "intended": 0.0, "began": 0.0, "user": 0, "session": "s", "turn": 0, "status": "success", "model": "m",
    }  # fmt: skip
    return Sample(ended=latency, **(known | fields))


def failed() -> Sample:
    return sample(status="error", error_type="http_5xx")


@pytest.mark.parametrize(("errors", "verdict"), [(0, "kept"), (1, "kept"), (2, "missed")])
def test_availability_of_99_5_percent_allows_one_error_in_200(errors: int, verdict: str) -> None:
    found = verdicts([failed()] * errors + [sample()] * (200 - errors))["llm-availability"]
    assert (found.verdict, found.events) == (verdict, 200)
    assert found.attained == pytest.approx(100 - errors / 2)


@pytest.mark.parametrize(("slow", "verdict"), [(5, "kept"), (6, "missed")])
def test_latency_of_95_percent_within_3_s_allows_5_in_100(slow: int, verdict: str) -> None:
    samples = [sample(3.001)] * slow + [sample(3.0)] * (100 - slow)  # 3 s exactly is within, as le="3" is
    assert verdicts(samples)["llm-latency"].verdict == verdict


@pytest.mark.parametrize(("tokens", "verdict"), [(1200, "kept"), (1201, "missed")])
def test_a_mean_may_exceed_its_limit_by_its_variance(tokens: int, verdict: str) -> None:
    found = verdicts([sample(input_tokens=tokens - 200, output_tokens=200)] * 3)["llm-tokens-per-request"]
    assert (found.verdict, found.attained) == (verdict, tokens)


def test_what_nobody_told_is_unknown_and_neither_kept_nor_missed() -> None:
    found = verdicts([sample()])["llm-cost-per-request"]
    assert (found.verdict, found.attained, found.events) == ("unknown", None, None)


def test_a_spec_of_ones_own_may_ask_for_one_model_and_for_the_first_chunk(tmp_path: Path) -> None:
    spec = tmp_path / "own.yaml"
    spec.write_text(
        "version: sereno/v1\nservice: s\nperiod: 30d\nslos:\n  - name: first\n    objective: 90\n    latency:\n"
        '      histogram: llm_time_to_first_token_seconds\n      where: model="a"\n      threshold: 500ms\n'
    )
    samples = [sample(first_chunk=0.4, model="a")] * 8 + [sample(first_chunk=0.9, model="a")]
    samples += [sample(first_chunk=9.0, model="b")] * 50
    found = verdicts(samples, spec)["s-first"]
    assert (found.verdict, found.events) == ("missed", 9)  # 1 of 9 is more than a tenth; b's are not asked for
    assert verdicts([*samples, samples[0]], spec)["s-first"].verdict == "kept"
