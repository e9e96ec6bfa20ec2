"""The same traffic, asked of the store and of a real Prometheus through the compiled rules: both say the same."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import yaml

from parts.running import prometheus
from sereno.assembly.slo import load
from sereno.calls import Call, Timing, Usage
from sereno.conventions import METRIC
from sereno.metrics.account import account_all
from sereno.metrics.exposition import render
from sereno.metrics.increments import Increments
from sereno.metrics.zeros import zero_children
from sereno.query.objectives import status_of
from sereno.slo.compile import compiled
from sereno.slo.spec import Slo
from sereno.slo.status import Status
from sereno.slo.windows import DAY, HOUR, WINDOWS
from sereno.store.sqlite.store import SqliteStore
from slo.specs import promtool
from store.made import a_batch, a_call, label

HISTORY = 3 * DAY + 8 * HOUR
FINE, COARSE, RECENT = 60, 240, 7 * HOUR
"""Seconds between two scrapes, in the recent hours and before."""
AFTERWARDS = 360
"""Seconds of scrapes without traffic: until every call has left the last 5-minute rate."""
MODELS = ("a:latest", "b:latest")
FAMILIES = (
    "llm_requests_total",
    "llm_request_duration_seconds",
    "llm_tokens_used_total",
    "llm_cost_usd_total",
    "ollama_model_costs",
)


def step_before(end: int, at: float) -> int:
    return FINE if end - at < RECENT else COARSE


def traffic(end: int, seed: int = 7) -> list[Call]:
    """Calls of three days and a half, in the order of their end.

    Prometheus sees a call at the scrape after it. So that both count the same calls, none ends in the gap between a
    window's beginning and the first scrape inside it.
    """
    r = random.Random(seed)
    calls = []
    for number in range(6000):
        back = r.choice((r.random() * HISTORY, r.random() * 6 * HOUR, r.random() * HOUR, r.random() * 300))
        ended = end - back
        if any(end - window < ended <= end - window + step_before(end, end - window) for window in WINDOWS):
            continue
        total = r.choice((0.1, 1.0, 3.0, 3.0000001, 5.0, 12.5, r.expovariate(0.4)))
        status = r.choices(("success", "error", "aborted"), (90, 4, 6))[0]
        calls.append(
            a_call(
                number, started_at=ended - total, status=status, model=r.choice(MODELS), timing=Timing(total),
                usage=Usage(r.randrange(700, 1700), None, r.choice((None, r.randrange(10, 500)))),
                cost_usd=r.choice((None, round(r.random() / 20, 6))), operation=r.choice(("chat", "embeddings")),
                http_status=200 if status == "success" else 500,
            )
        )  # fmt: skip
    return sorted(calls, key=lambda call: call.ended_at)


def history(calls: Sequence[Call], end: int, coarse: int) -> Iterator[str]:
    """OpenMetrics of every scrape, as `promtool tsdb create-blocks-from openmetrics` reads it."""
    scrapes = [*range(end - HISTORY, end - RECENT, coarse), *range(end - RECENT, end + AFTERWARDS + 1, FINE)]
    families = [METRIC[name] for name in FAMILIES]
    zeros = zero_children(MODELS, {(model, "embeddings") for model in MODELS})
    counted, at = Increments(), 0
    for metric in families:
        yield f"# TYPE {metric.name.removesuffix('_total')} {metric.type}\n"
    for moment in scrapes:
        upto = at
        while upto < len(calls) and calls[upto].ended_at <= moment:
            upto += 1
        counted.merge(account_all(calls[at:upto], label))
        at = upto
        figures = {key: value for key, value in zeros.items() if key[0] in FAMILIES}
        for line in render(counted, figures, families=families).decode().splitlines():
            if not line.startswith("#"):
                name, _, rest = line.partition("{")
                yield f'{name}{{job="sereno",{rest} {moment}\n'
    yield "# EOF\n"


@pytest.fixture(scope="module")
def end() -> int:
    return (int(time.time()) - 900) // 60 * 60


@pytest.fixture(scope="module")
def calls(end: int) -> list[Call]:
    return traffic(end)


@pytest.fixture(scope="module")
def by_store(calls: list[Call], end: int, tmp_path_factory: pytest.TempPathFactory) -> list[Status]:
    store = SqliteStore(tmp_path_factory.mktemp("store") / "sereno.db")
    try:
        store.claim_model_slots(MODELS)
        store.add(a_batch(calls, bodies=False))
        return status_of(store, load(()), end)
    finally:
        store.close()


def scraped(folder: Path, calls: Sequence[Call], end: int, coarse: int) -> None:
    """What Prometheus would hold had it scraped all along."""
    page = folder / "history.txt"
    page.write_text("".join(history(calls, end, coarse)))
    promtool("tsdb", "create-blocks-from", "openmetrics", page, folder / "data")


def rules(slo: Slo) -> dict[str, str]:
    text = compiled([slo])[f"prometheus/{slo.id}.recording.rules.yaml"]
    return {rule["record"]: rule["expr"] for group in yaml.safe_load(text)["groups"] for rule in group["rules"]}


def test_every_window_of_every_objective_agrees(
    by_store: list[Status], calls: list[Call], end: int, tmp_path: Path
) -> None:
    scraped(tmp_path, calls, end, COARSE)
    seen = 0
    with prometheus(tmp_path) as server:
        for status in by_store:
            expressions = rules(status.slo)
            for burn in status.burns:
                name = next(name for name in expressions if name.endswith(f"ratio_rate{_text(burn.window)}"))
                # What is left between the two is rate's guess at the edges of a window, which for a series that began
                # inside it differs from the others by at most one scrape in three days.
                assert server.value(expressions[name], end) == pytest.approx(burn.error, rel=1e-3, abs=1e-9), name
                seen += bool(burn.error)
    assert seen == 4 * len(WINDOWS)  # errors were there to be seen


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_whole_period_agrees_through_the_recorded_series(
    by_store: list[Status], calls: list[Call], end: int, tmp_path: Path
) -> None:
    scraped(tmp_path, calls, end, FINE)
    groups = [
        {
            "name": status.slo.id,
            "rules": [
                {"record": name, "expr": rules(status.slo)[name], "labels": {"sloth_id": status.slo.id}}
                for name in ("slo:sli_errors:rate5m", "slo:sli_events:rate5m")
            ],
        }
        for status in by_store
    ]
    file = tmp_path / "recorded.yaml"
    file.write_text(yaml.safe_dump({"groups": groups}))
    made = tmp_path / "recorded"
    with prometheus(tmp_path) as server:
        promtool(
            "tsdb", "create-blocks-from", "rules", f"--start={end - HISTORY}",
            f"--end={end + AFTERWARDS}", "--eval-interval=1m",
            f"--url={server.url}", f"--output-dir={made / 'data'}", file,
        )  # fmt: skip
    with prometheus(made) as recorded:
        for status in by_store:
            assert status.period is not None
            error = recorded.value(rules(status.slo)["slo:sli_error:ratio_rate30d"], end + AFTERWARDS)
            # Each call is in five rates, or in four where an evaluation falls on its scrape.
            assert error == pytest.approx(status.period.error, rel=0.01)


def _text(window: int) -> str:
    return {300: "5m", 1800: "30m", HOUR: "1h", 2 * HOUR: "2h", 6 * HOUR: "6h", DAY: "1d", 3 * DAY: "3d"}[window]
