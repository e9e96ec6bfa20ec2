"""What nobody exposes is named, with what there is."""

from __future__ import annotations

import pytest

from sereno.promql.catalogue import known
from sereno.promql.check import unknown
from sereno.promql.query import read


@pytest.mark.parametrize(
    "text",
    [
        'sum by (model) (rate(llm_requests_total{job="sereno",status="error"}[5m]))',
        "histogram_quantile(0.95, sum by (le) (rate(llm_request_duration_seconds_bucket[5m])))",
        "sum(rate(llm_cost_usd_total[5m])) * 3600 > 10",
        'up{job="llm-agent"} == 0',
        '100 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])) * 100',
        'label_replace(up, "host", "$1", "instance", "(.*):.*") * on (host) group_left () up',
        'count_values("version", sereno_build_info) by (version)',
    ],
)
def test_what_exists_passes(text: str) -> None:
    assert unknown(read(text), known()) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("rate(llm_request_total[5m])", "there is no metric llm_request_total; did you mean llm_requests_total?"),
        ('llm_requests_total{user="ada"}', "llm_requests_total has no label user; it has instance, job, model, "),
        ("sum by (user) (llm_requests_total)", "no metric of this expression has the label user; they have "),
        ("sum without (user) (llm_requests_total)", "no metric of this expression has the label user"),
        ("llm_requests_total / on (team) llm_cost_usd_total", "no metric of this expression has the label team"),
        ('llm_requests_total{le="5.0"}', "llm_requests_total has no label le"),
        ('{__name__=~"llm_.*"}', "names no metric"),
        ("nothing_like_it", "there is no metric nothing_like_it"),
    ],
)
def test_what_does_not_exist_is_named(text: str, sentence: str) -> None:
    found = unknown(read(text), known())
    assert len(found) == 1
    assert sentence in found[0]


def test_labels_of_the_whole_installation_may_be_declared() -> None:
    query = read('sum by (cluster) (up{cluster="a"})')
    assert len(unknown(query, known())) == 2  # the condition and the grouping
    assert unknown(query, known(), frozenset({"cluster"})) == []


def test_a_metric_with_open_labels_may_be_asked_for_any() -> None:
    assert unknown(read('sum by (y) (theirs{x="1"})'), {"theirs": None}) == []
