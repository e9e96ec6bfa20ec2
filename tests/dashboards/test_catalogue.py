"""Every query asks for metrics and labels that somebody exposes."""

from __future__ import annotations

import re

import pytest

from dashboards.reading import Asked, filled, queries
from sereno.conventions import METRICS
from sereno.promql.catalogue import known
from sereno.promql.check import unknown
from sereno.promql.query import read

RENAMED = frozenset({"exported_job"})
"""`job` of a sample becomes this at the scrape, which has a `job` of its own."""


def test_there_are_queries() -> None:
    assert len(queries()) > 400


@pytest.mark.parametrize("asked", queries(), ids=str)
def test_a_query_asks_for_what_is_there(asked: Asked) -> None:
    assert unknown(read(filled(asked.expr)), known(), RENAMED) == []


def test_a_wrong_name_would_be_found() -> None:
    assert unknown(read("sum(rate(llm_request_total[5m]))"), known(), RENAMED)


def test_every_metric_of_ours_is_shown_somewhere() -> None:
    asked_for = " ".join(one.expr for one in queries())
    missing = {
        metric.name for metric in METRICS if not re.search(rf"\b{metric.name}(_bucket|_sum|_count)?\b", asked_for)
    }
    assert missing == set()
