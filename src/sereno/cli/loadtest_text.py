"""The report of a load test as people read it in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from sereno.cli.tables import clean, print_table
from sereno.loadtest.figure_text import amount, duration
from sereno.loadtest.page import summary, times
from sereno.loadtest.report import Report
from sereno.loadtest.texts import texts
from sereno.loadtest.verdict import Objective

FAILURES = 10
"""Kinds of failure that are shown; the reports in files have all."""


def show(report: Report) -> None:
    """Print a report; what a reader must know to believe it goes to stderr."""
    t = texts("en")
    for name, value in summary(report, t):
        print(f"{name:<26} {clean(value)}")
    print()
    heads = ("time", "count", "mean", "p50", "p90", "p95", "p99", "max")
    print_table(
        heads,
        [(name, str(f.count), *(duration(getattr(f, head)) for head in heads[2:])) for name, f in times(report, t)],
        right=heads[1:], flexible="time", drop=("mean", "p90"),
    )  # fmt: skip
    if report.failures:
        print()
        print_table(
            ("failure", "HTTP", "count", "what was said"),
            [
                (one.error_type, str(one.http_status or "–"), str(one.count), one.message)
                for one in report.failures[:FAILURES]
            ],
            right={"count"},
        )
    if report.objectives is not None:
        print()
        print_table(
            ("objective", "target", "attained", "requests", "verdict"),
            [(one.id, one.target, amount(one.attained), amount(one.events), _verdict(one, t))
             for one in report.objectives],
            right={"target", "attained", "requests"}, flexible="verdict",
            style=lambda row: {"missed": "red", "kept": "green"}.get(row[-1], ""),
        )  # fmt: skip
    for key in report.warnings:
        print(t[f"warning_{key}"], file=sys.stderr)


def _verdict(one: Objective, t: Mapping[str, str]) -> str:
    return f"unknown: {one.reason or t['not_measured']}" if one.verdict == "unknown" else one.verdict
