"""The page that lists every metric, written from the catalogue so that it cannot lag behind."""

from __future__ import annotations

from collections.abc import Sequence

from sereno.conventions import METRICS, Metric

SECTIONS = {
    "call": "Counted from calls",
    "ollama": "Polled from the model servers",
    "hardware": "The machine's own meters",
    "keeper": "The keeper",
    "gateway": "The gateway",
    "agent": "The agent, on its own port",
}

INTRODUCTION = """# Metrics

Written from the catalogue in `sereno/conventions.py` by `sereno.metrics.reference`; a test compares.

Scrape the gateway's or the keeper's `/metrics`: both answer the same content. On loopback it is open; from elsewhere
it needs a key with scope `read`. A client that asks for OpenMetrics gets it, with trace ids as exemplars on the
latency buckets of calls that carried a `traceparent`.

- What is counted from calls is written by one function in the same transaction as the calls, so these counters survive
  restarts and agree with the API, the pages and the store. Retention never reduces them.
- Calls count by their **end**. `status` is `success`, `error` or `aborted` (the client left while the model server was
  still answering); `aborted` is no error.
- `model` is the canonical name of a model that answered or is installed; the first 100 have a label, others are
  `other`. Users and sessions are never labels.
- What is unknown is absent, never 0.
"""


def markdown(metrics: Sequence[Metric] = METRICS) -> str:
    """The whole page."""
    out = [INTRODUCTION]
    for source, title in SECTIONS.items():
        out.append(f"\n## {title}\n\n| metric | type | labels | what it says |\n|---|---|---|---|\n")
        out.extend(_row(metric) for metric in metrics if metric.source == source)
    out.append("\n## Buckets\n\nUpper edges (`le`), each counted exactly, in all stores alike.\n\n")
    out.append("| metric | edges |\n|---|---|\n")
    out.extend(_edges(metric) for metric in metrics if metric.edges)
    return "".join(out)


def _row(metric: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels) or "–"
    return f"| `{metric.name}` | {metric.type} | {labels} | {metric.help} |\n"


def _edges(metric: Metric) -> str:
    return f"| `{metric.name}` | {' '.join(f'{edge:g}' for edge in metric.edges)} |\n"


if __name__ == "__main__":
    print(markdown(), end="")  # noqa: T201  writes docs/metrics.md
