"""What a scrape reads: counters, histograms and gauges as Prometheus text 0.0.4 or OpenMetrics 1.0.

Pure: figures in, bytes out. Families come in the order of the catalogue (`conventions.METRICS`), each with HELP and
TYPE also while it has no sample, so that a reader sees what exists. `le` is written as a float (`5.0`), which is how
Prometheus 3 stores it. Rendered here and not by prometheus-client, because 100 models are some 20,000 samples, for
which that library takes seven times as long; the tests read every output back with its parsers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import inf, isnan
from typing import TypeVar

from sereno.conventions import METRIC, METRICS, Metric
from sereno.metrics.exemplars import Exemplar, ExemplarKey
from sereno.metrics.increments import Increments, Labels
from sereno.stats.histograms import Histogram

V = TypeVar("V")

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"

Figures = Mapping[tuple[str, Labels], float]
"""Values by (metric name, label values in the order of the catalogue)."""


def negotiate(accept: str) -> str:
    """The content type to answer: OpenMetrics when the client prefers it, else text.

    >>> negotiate("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2") == OPENMETRICS
    True
    >>> negotiate("text/html, */*") == TEXT
    True
    """
    openmetrics = text = 0.0
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((_quality(p[2:]) for p in parameters if p.startswith("q=")), 1.0)
        if media == "application/openmetrics-text":
            openmetrics = max(openmetrics, quality)
        elif media == "text/plain":
            text = max(text, quality)
    return OPENMETRICS if openmetrics and openmetrics >= text else TEXT


def render(
    increments: Increments,
    figures: Figures,
    *,
    content_type: str = TEXT,
    exemplars: Mapping[ExemplarKey, Exemplar] | None = None,
    families: Sequence[Metric] = METRICS,
) -> bytes:
    """Everything a scrape reads.

    Args:
        increments: the store's counters and histograms.
        figures: gauges, infos and further counters; a counter that is in both is shown as their sum.
        content_type: `TEXT` or `OPENMETRICS`, as `negotiate` said.
        exemplars: trace ids by histogram bucket, written in OpenMetrics only.
        families: what to show, in this order.

    Names that are not in the catalogue (a newer or older Sereno wrote to the same store) are left out, and so are
    samples whose number of labels is another than the catalogue's.
    """
    openmetrics = content_type == OPENMETRICS
    values = dict(increments.counters)
    for key, value in figures.items():
        values[key] = values.get(key, 0.0) + value
    samples = _by_family(values)
    histograms = _by_family(increments.histograms)
    out: list[str] = []
    for metric in families:
        name = _family_name(metric) if openmetrics else metric.name
        kind = "gauge" if metric.type == "info" and not openmetrics else metric.type
        out.append(f"# HELP {name} {_escaped_help(metric.help)}\n# TYPE {name} {kind}\n")
        if openmetrics and metric.unit:
            out.append(f"# UNIT {name} {metric.unit}\n")
        if metric.type == "histogram":
            for labels, histogram in sorted(histograms.get(metric.name, ()), key=_by_labels):
                marks = exemplars if openmetrics else None
                out.append(_histogram(metric, labels, histogram, marks))
        else:
            for labels, value in sorted(samples.get(metric.name, ()), key=_by_labels):
                text = _pairs(metric, labels)
                out.append(f"{metric.name}{{{text}}} {number(value)}\n" if text else f"{metric.name} {number(value)}\n")
    if openmetrics:
        out.append("# EOF\n")
    return "".join(out).encode("utf-8", "replace")


def number(value: float) -> str:
    """A sample's value as both formats write it.

    >>> number(3), number(3.0), number(float("inf")), number(1e-06)
    ('3', '3.0', '+Inf', '1e-06')
    """
    if value in {inf, -inf}:
        return "+Inf" if value > 0 else "-Inf"
    return "NaN" if isnan(value) else repr(value)


def escaped(value: str) -> str:
    r"""A label's value between its quotes: backslash, quote and line feed are escaped, lone surrogates replaced.

    >>> escaped('a"b\\c')
    'a\\"b\\\\c'
    """
    if "\\" in value or '"' in value or "\n" in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return value


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _family_name(metric: Metric) -> str:
    if metric.type == "counter":
        return metric.name.removesuffix("_total")
    return metric.name.removesuffix("_info") if metric.type == "info" else metric.name


def _escaped_help(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _by_family(values: Mapping[tuple[str, Labels], V]) -> dict[str, list[tuple[Labels, V]]]:
    families: dict[str, list[tuple[Labels, V]]] = {}
    for (name, labels), value in values.items():
        metric = METRIC.get(name)
        if metric is not None and len(metric.labels) == len(labels):
            families.setdefault(name, []).append((labels, value))
    return families


def _by_labels(sample: tuple[Labels, object]) -> Labels:
    return sample[0]


def _pairs(metric: Metric, labels: Labels) -> str:
    return ",".join(f'{name}="{escaped(value)}"' for name, value in zip(metric.labels, labels, strict=True))


def _histogram(
    metric: Metric, labels: Labels, histogram: Histogram, exemplars: Mapping[ExemplarKey, Exemplar] | None
) -> str:
    """The lines of one child: a bucket for each edge, +Inf, sum and count."""
    pairs = _pairs(metric, labels)
    head = f"{metric.name}_bucket{{{pairs},le=" if pairs else f"{metric.name}_bucket{{le="
    out = []
    bounds = [*(repr(float(edge)) for edge in histogram.edges), "+Inf"]
    for index, (bound, seen) in enumerate(zip(bounds, accumulate(histogram.exact), strict=True)):
        line = f'{head}"{bound}"}} {seen}'
        exemplar = exemplars.get((metric.name, labels, index)) if exemplars else None
        out.append(f"{line}{_exemplar(exemplar)}\n" if exemplar else f"{line}\n")
    braces = f"{{{pairs}}}" if pairs else ""
    out.append(f"{metric.name}_sum{braces} {number(histogram.total)}\n{metric.name}_count{braces} {histogram.count}\n")
    return "".join(out)


def _exemplar(exemplar: Exemplar) -> str:
    return f' # {{trace_id="{escaped(exemplar.trace_id)}"}} {number(exemplar.value)} {exemplar.at:.3f}'
