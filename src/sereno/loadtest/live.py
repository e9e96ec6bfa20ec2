"""The terminal while a run goes on: a bar, the figures so far, the last seconds as small bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.console import Console, ConsoleOptions, RenderResult
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from sereno.loadtest.figure_text import amount, clock, duration
from sereno.loadtest.plan import Plan
from sereno.loadtest.run import Run
from sereno.loadtest.tally import Tally

_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 40


class View:
    """Draws itself anew whenever rich asks.

    Args:
        plan: what is being done.
        run: where it is.
        tally: what was counted.
    """

    def __init__(self, plan: Plan, run: Run, tally: Tally) -> None:
        self._plan, self._run, self._tally = plan, run, tally

    def __rich_console__(self, _console: Console, _options: ConsoleOptions) -> RenderResult:
        """The view now."""
        tally, total = self._tally, self._plan.profile.seconds
        now = min(self._run.now, total)
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(no_wrap=True, overflow="ellipsis")
        grid.add_row("progress", ProgressBar(total=total, completed=now, width=_WIDTH))
        ending = self._run.now > total
        grid.add_row("", f"{clock(now)} of {clock(total)}{', waiting for the last answers' if ending else ''}")
        for name, text in rows(tally, self._run):
            grid.add_row(name, text)
        yield grid


def rows(tally: Tally, run: Run) -> list[tuple[str, Text]]:
    """The figures so far as (name, text); percentiles are of the last requests."""
    failed = tally.requests - tally.succeeded
    recent = list(tally.recent)
    firsts = [first for _, first in recent if first is not None]
    waited = [latency for latency, _ in recent]
    outcome = Text(f"{amount(tally.requests)} ended, {run.in_flight} under way, {run.waiting} waiting, ")
    outcome.append(f"{amount(failed)} failed", style="red" if failed else "")
    per_second = tally.output_tokens / run.now if run.now else 0.0
    out = [
        ("requests", outcome),
        ("latency", Text(f"{_quantiles(waited)}  {sparkline(waited[-_WIDTH:])}")),
        ("first chunk", Text(_quantiles(firsts))),
        ("speed", Text(f"{amount(tally.requests / run.now if run.now else 0.0)} requests/s, "
                       f"{amount(per_second)} output tokens/s")),
    ]  # fmt: skip
    if tally.last_failure is not None:
        kind = tally.last_failure
        shown = "".join(c if c.isprintable() else " " for c in f"{kind.error_type}: {kind.message}")
        out.append(("last failure", Text(shown[:200], style="red")))
    return out


def line(tally: Tally, run: Run) -> str:
    """The same as one line, for when nobody watches a terminal."""
    return f"{clock(run.now)}: " + "; ".join(f"{name} {text.plain}" for name, text in rows(tally, run))


def sparkline(values: Sequence[float]) -> str:
    """Values as small bars, the greatest full.

    >>> sparkline([0.0, 0.5, 1.0])
    '▁▅█'
    """
    top = max(values, default=0.0)
    return "".join(_BARS[min(7, int(value / top * 8))] if top else _BARS[0] for value in values)


def _quantiles(values: Sequence[float]) -> str:
    if not values:
        return "–"
    found = np.quantile(values, (0.5, 0.95, 0.99), method="inverted_cdf")
    return ", ".join(f"{name} {duration(float(v))}" for name, v in zip(("p50", "p95", "p99"), found, strict=True))
