"""The catalogue knows our metrics and the exporters', and reads a user's own page."""

from __future__ import annotations

import pytest

from sereno.conventions import METRICS
from sereno.metrics.exposition import render
from sereno.metrics.increments import Increments
from sereno.promql.catalogue import exporters, known, listed, own


def test_our_own_page_and_our_own_catalogue_agree() -> None:
    page = Increments()
    figures: dict[tuple[str, tuple[str, ...]], float] = {}
    for metric in METRICS:
        values = tuple("v" for _ in metric.labels)
        if metric.type == "histogram":
            page.observe(metric.name, values, 0.5, metric.edges)
        else:
            figures[metric.name, values] = 1.0
    assert listed(render(page, figures).decode()) == {
        name: labels or (None if labels is None else frozenset()) for name, labels in own().items()
    }


@pytest.mark.parametrize(
    ("metric", "labels"),
    [
        ("node_cpu_seconds_total", {"cpu", "mode"}),
        ("node_filesystem_avail_bytes", {"device", "fstype", "mountpoint"}),
        ("pg_up", set()),
        ("redis_up", set()),
        ("probe_success", set()),
        ("up", set()),
        ("container_memory_working_set_bytes", {"id", "image", "name"}),
        ("keycloak_user_events_total", {"realm", "client_id", "idp", "event", "error"}),
    ],
)
def test_exporters_are_known(metric: str, labels: set[str]) -> None:
    assert exporters()[metric] == frozenset(labels)


def test_our_names_are_not_taken_by_an_exporter() -> None:
    assert not set(own()) & set(exporters())
    assert set(known()) == set(own()) | set(exporters())


def test_a_metrics_page_is_read_whatever_its_values_hold() -> None:
    text = (
        'a_total{path="/{x}",q="say \\"hi\\", b=\\"c\\""} 5 1700000000\n'
        "# HELP a x\nb{} 1\nc NaN\nd_seconds le quantile\ne\nf{}\n"
    )
    assert listed(text) == {
        "a_total": {"path", "q"},
        "b": frozenset(),
        "c": frozenset(),
        "d_seconds": {"le", "quantile"},
        "e": None,
        "f": frozenset(),
    }


@pytest.mark.parametrize("line", ['a{b="c" 5', "a{b=c} 5", "1a", "a b-c", "{} 1", 'a{b="c"d="e"} 1'])
def test_a_line_that_is_neither_names_its_number(line: str) -> None:
    with pytest.raises(ValueError, match=r"line 2 is .*expected a line of a /metrics page"):
        listed(f"ok 1\n{line}")
