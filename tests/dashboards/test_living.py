"""Every query of every panel, asked of a real Prometheus that scrapes a real Sereno in front of a real model.

Exporters are not here; their pages are made (`neighbours`). What finds nothing all the same is listed with its reason.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import NamedTuple

import pytest

from dashboards.neighbours import Neighbours, page
from dashboards.reading import Asked, filled, queries
from dashboards.stack import free, sereno, talk, until, watched
from parts.running import Prometheus
from sereno.dashboards.meaning import UNKNOWN, UNREACHABLE
from sereno.promql.catalogue import known, listed

pytestmark = [pytest.mark.timeout(400), pytest.mark.xdist_group("dashboards")]

PARTS = {
    "offset 7d": "Prometheus is seconds old, not a week",
    "sum by (model) (rate(llm_cached_tokens_total": "the demo's model server does not tell what it had cached",
    "alertmanager_notifications_failed_total": "no notification failed",
    "sum by (model) (increase(llm_unpriced_requests_total": "every model has a price here",
    "sereno_spans_": "no collector is configured",
    "sereno_alerts_acknowledge_seconds": "no alert was reported to the keeper",
    "sereno_alerts_detection_seconds": "no alert was reported to the keeper",
    "sereno_alerts_last_report_timestamp_seconds": "no alert was reported to the keeper",
    "sereno_key_budget_used_ratio": "no key has a budget here",
    "llm_energy_joules_total": "the machine of these tests has no power meter",
    "sereno_energy_joules_total": "the machine of these tests has no power meter",
    "sereno_cpu_energy_joules_total": "the machine of these tests has no power meter",
    "(gpu, name)": "the machine of these tests has no GPU",
    "sereno_ingest_errors_total": "no batch was refused; the counter begins with its first reason",
}
"""Parts of queries that find nothing in this stack, and why."""


def test_the_neighbours_expose_what_real_exporters_do() -> None:
    catalogue = known()
    for name, labels in listed(page(0.0, 1.0)).items():
        there = catalogue.get(name, frozenset())
        assert name in catalogue
        assert there is None or (labels or frozenset()) <= there, name


class Told(NamedTuple):
    """What Prometheus said.

    Attributes:
        idle: of the first dashboard's tiles before any call.
        busy: of every query while models are asked.
        down: of the first dashboard's tiles after Sereno ended.
        stranger: of a tile whose job nobody scrapes.
    """

    idle: dict[str, list[float]]
    busy: dict[Asked, list[float]]
    down: dict[str, list[float]]
    stranger: list[float]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Sereno's life as Prometheus saw it."""
    folder, gateway = tmp_path_factory.mktemp("stack"), free()
    with ExitStack() as life, Neighbours() as neighbours, watched(folder, gateway, neighbours) as server:
        life.enter_context(sereno(folder, gateway))
        at = moment(server, ("count_over_time(sereno_build_info[5m]) > 2", LIVES), lambda: None)
        idle = {one.panel: ask(server, one, at) for one in tiles()}
        at = moment(server, (*ENOUGH, LIVES), lambda: talk(gateway))
        busy = {one: ask(server, one, at) for one in queries()}
        life.close()
        at = moment(server, ('up{job="sereno"} == 0',), lambda: None)
        down = {one.panel: ask(server, one, at) for one in tiles()}
        first = tiles()[0]
        stranger = first._replace(expr=first.expr.replace("$job", "nobody"))
        yield Told(idle, busy, down, ask(server, stranger, at))


LIVES = 'up{job="sereno"} == 1'
SETTLED = 3.0
"""Seconds after which no scrape that began earlier can still be written: its time is that of its beginning."""


def moment(server: Prometheus, conditions: Sequence[str], meanwhile: Callable[[], None]) -> float:
    """A time at which all of this holds, and will whenever it is asked again."""
    found: list[float] = []

    def settled() -> bool:
        meanwhile()
        at = time.time() - SETTLED
        if all(server.query(condition, at) for condition in conditions):
            found.append(at)
        return bool(found)

    until(settled, " and ".join(conditions))
    return found[0]


ENOUGH = (
    'count(increase(llm_requests_total{status="success"}[5m]) > 0)',
    'count(increase(llm_requests_total{status="error"}[5m]) > 0)',
    'count(increase(llm_requests_total{status="aborted"}[5m]) > 0)',
    "count(slo:period_error_budget_remaining:ratio)",
    "count(alertmanager_notifications_total)",
    "count(ollama_model_memory_bytes)",
    'count_over_time(up{job="sereno"}[5m]) >= 12',
)
"""What must have come to pass before every query is asked."""


def tiles() -> list[Asked]:
    """Queries of the first dashboard's tiles."""
    return [one for one in queries() if one.board == "llmops-overview" and "absent(" in one.expr]


def ask(server: Prometheus, one: Asked, at: float) -> list[float]:
    """Ask as Grafana would; seconds stand for the days that this Prometheus does not have.

    Raises:
        HTTPError: Prometheus cannot read or answer it.
    """
    expr = re.sub(r"\[\w+:\d+[mh]\]", "[5m:1s]", filled(one.expr))
    values = [float(series["value"][1]) for series in server.query(expr, at)]
    return [value for value in values if not math.isnan(value)]


def reason(one: Asked) -> str | None:
    """Why a query may find nothing."""
    return next((why for part, why in PARTS.items() if part in one.expr), None)


def test_every_query_finds_something_or_says_why(told: Told) -> None:
    silent = {one for one, found in told.busy.items() if not found and reason(one) is None}
    assert not silent, "\n".join(f"{one}: {one.expr[:200]}" for one in sorted(silent))


def test_no_tile_takes_a_living_sereno_for_dead(told: Told) -> None:
    wrong = {one: found for one, found in told.busy.items() if "absent(" in one.expr and min(found, default=0) < 0}
    assert not wrong


def test_reasons_are_still_needed(told: Told) -> None:
    silent = [one for one, found in told.busy.items() if not found]
    assert [part for part in PARTS if not any(part in one.expr for one in silent)] == []


def test_without_traffic_a_tile_says_so(told: Told) -> None:
    for panel in ("Average response time", "Response time P95", "Error rate", "P99 in range", "Done within 3 s"):
        assert told.idle[panel] == [], panel  # Grafana writes "No traffic"


def test_down_is_told_from_not_there(told: Told) -> None:
    assert {panel: found for panel, found in told.down.items() if found != [UNREACHABLE]} == {}
    assert told.stranger == [UNKNOWN]
