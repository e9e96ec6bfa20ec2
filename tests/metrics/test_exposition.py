"""The exposition, read back by prometheus-client's parsers and compared with the catalogue and the library's writer."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as text

from parts.built import built
from sereno.conventions import METRIC, METRICS
from sereno.metrics.exemplars import Exemplar, ExemplarKey
from sereno.metrics.exposition import OPENMETRICS, TEXT, negotiate, render
from sereno.metrics.increments import Increments
from sereno.metrics.reference import markdown
from sereno.metrics.zeros import zero_children


def everything() -> tuple[Increments, dict[tuple[str, tuple[str, ...]], float]]:
    """One sample of every family."""
    increments = Increments()
    figures: dict[tuple[str, tuple[str, ...]], float] = {}
    for metric in METRICS:
        labels = tuple(f"{label} value" for label in metric.labels)
        if metric.type == "histogram":
            increments.observe(metric.name, labels, 0.3, metric.edges)
        elif metric.type == "counter":
            increments.count(metric.name, labels, 3)
        else:
            figures[metric.name, labels] = 1.0
    return increments, figures


@pytest.mark.parametrize(("kind", "parse"), [(TEXT, text), (OPENMETRICS, openmetrics)])
def test_names_types_and_labels_are_the_catalogues(kind: str, parse: Callable[[str], Iterable[Metric]]) -> None:
    families = list(parse(render(*everything(), content_type=kind).decode()))
    assert len(families) == len(METRICS)
    for family, metric in zip(families, METRICS, strict=True):
        assert family.documentation == metric.help
        sample = family.samples[0]
        assert set(sample.labels) - {"le"} == set(metric.labels)
        expected = metric.name + ("_bucket" if metric.type == "histogram" else "")
        assert sample.name == expected
        wanted = "gauge" if metric.type == "info" and kind == TEXT else metric.type
        assert family.type == wanted


def test_every_family_is_declared_before_it_has_a_sample() -> None:
    families = list(text(render(Increments(), {}).decode()))
    assert [family.documentation for family in families] == [metric.help for metric in METRICS]
    assert not any(family.samples for family in families)


@given(st.lists(st.tuples(st.text(max_size=20), st.floats(0, 1000)), min_size=1, max_size=20))
def test_any_label_value_reads_back_and_matches_the_librarys_writer(observed: list[tuple[str, float]]) -> None:
    increments = Increments()
    metric = METRIC["llm_load_duration_seconds"]
    for model, value in observed:
        increments.observe(metric.name, (model,), value, metric.edges)
        increments.count("llm_unpriced_requests_total", (model,))
    ours = render(increments, {}, families=(METRIC["llm_unpriced_requests_total"], metric))

    counter = CounterMetricFamily("llm_unpriced_requests", METRIC["llm_unpriced_requests_total"].help, labels=["model"])
    histogram = HistogramMetricFamily(metric.name, metric.help, labels=["model"])
    for (_, (model,)), n in sorted(increments.counters.items()):
        counter.add_metric([model], n)
    for (_, (model,)), one in sorted(increments.histograms.items()):
        buckets = [(repr(float(edge)), float(n)) for edge, n in one.cumulative()]
        histogram.add_metric([model], [*buckets, ("+Inf", float(one.count))], one.total)

    class Collector:
        def collect(self) -> list[Metric]:
            return [counter, histogram]

    def read(content: bytes) -> list[Any]:
        return [
            (f.name, f.type, sorted((s.name, sorted(s.labels.items()), s.value) for s in f.samples))
            for f in text(content.decode())
        ]

    assert read(ours) == read(generate_latest(Collector()))


def test_le_is_written_as_a_float_as_prometheus_3_stores_it() -> None:
    increments = Increments()
    increments.observe("llm_request_duration_seconds", ("m", "chat"), 4.0, METRIC["llm_request_duration_seconds"].edges)
    body = render(increments, {}).decode()
    assert 'le="5.0"} 1\n' in body
    assert 'le="3.0"} 0\n' in body


def test_openmetrics_carries_the_trace_of_a_call_in_its_bucket() -> None:
    increments = Increments()
    edges = METRIC["llm_request_duration_seconds"].edges
    increments.observe("llm_request_duration_seconds", ("m", "chat"), 4.0, edges)
    key = ("llm_request_duration_seconds", ("m", "chat"), edges.index(5.0))
    marks: dict[ExemplarKey, Exemplar] = {key: Exemplar("0af7651916cd43dd8448eb211c80319c", 4.0, 1.79e9)}
    body = render(increments, {}, content_type=OPENMETRICS, exemplars=marks).decode()
    families = list(openmetrics(body))  # type: ignore[no-untyped-call]
    found = [s for f in families for s in f.samples if s.exemplar]
    assert [(s.labels["le"], s.exemplar.labels, s.exemplar.value) for s in found] == [
        ("5.0", {"trace_id": "0af7651916cd43dd8448eb211c80319c"}, 4.0)
    ]
    assert "trace_id" not in render(increments, {}, exemplars=marks).decode()


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
         OPENMETRICS),  # Prometheus 3
        ("text/plain;version=0.0.4", TEXT),
        ("text/plain,application/openmetrics-text;q=0.5", TEXT),
        ("", TEXT), ("*/*", TEXT), ("application/openmetrics-text;q=x", TEXT), (";;;,,,", TEXT),
    ],
)  # fmt: skip
def test_the_format_is_what_the_client_prefers(accept: str, kind: str) -> None:
    assert negotiate(accept) == kind


def test_what_is_not_in_the_catalogue_is_left_out() -> None:
    increments = Increments()
    increments.count("llm_requests_total", ("only one label",))
    increments.count("from_a_newer_sereno_total", ())
    assert render(increments, {}) == render(Increments(), {})


def test_counters_exist_before_they_count() -> None:
    zeros = zero_children(["m"], [("e", "embeddings")])
    assert zeros["llm_requests_total", ("m", "error", "chat")] == 0
    assert zeros["llm_requests_total", ("e", "error", "embeddings")] == 0
    assert zeros["llm_tokens_used_total", ("completion", "m")] == 0
    assert zeros["sereno_calls_ingested_total", ()] == 0
    for name, labels in zeros:
        assert METRIC[name].type == "counter"
        assert len(METRIC[name].labels) == len(labels)


def test_promtool_accepts_it() -> None:
    body = render(*everything())
    result = subprocess.run([built("promtool"), "check", "metrics"], input=body, capture_output=True, check=False)
    # promtool also has opinions on names; the seeds' names (ollama_models_total as a gauge) are kept in spite of them.
    assert result.returncode in {0, 3}, result.stderr.decode()


def test_the_page_of_metrics_is_what_the_catalogue_says() -> None:
    page = Path(__file__).parents[2] / "docs" / "metrics.md"
    assert page.read_text("utf-8") == markdown(), "write it anew: python -m sereno.metrics.reference > docs/metrics.md"
