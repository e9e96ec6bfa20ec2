"""A progress bar on stderr, when somebody looks; otherwise only a count."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import rich.console
import rich.progress


class Bar:
    """How far long work is. `done` counts units, also when no bar is shown."""

    def __init__(self, shown: rich.progress.Progress | None, task: rich.progress.TaskID | None) -> None:
        self._shown = shown
        self._task = task
        self.done = 0

    def reach(self, done: int) -> None:
        """Say how much is done in all."""
        self.done = done
        if self._shown is not None and self._task is not None:
            self._shown.update(self._task, completed=done)


@contextmanager
def progress(what: str, total: int | None, amount: Literal["calls", "bytes", "days"] = "calls") -> Iterator[Bar]:
    """A bar while the block runs.

    Args:
        what: the work, a word or two.
        total: units in all, None if unknown.
        amount: what a unit is.
    """
    if not sys.stderr.isatty():
        yield Bar(None, None)
        return
    with rich.progress.Progress(
        rich.progress.TextColumn("{task.description}"),
        rich.progress.BarColumn(bar_width=30),
        _amount(total, amount),
        rich.progress.TimeElapsedColumn(),
        rich.progress.TimeRemainingColumn(),
        console=rich.console.Console(stderr=True),
        transient=True,
    ) as shown:
        yield Bar(shown, shown.add_task(what, total=total))


def _amount(total: int | None, amount: Literal["calls", "bytes", "days"]) -> rich.progress.ProgressColumn:
    if amount == "bytes":
        return rich.progress.DownloadColumn(binary_units=True)
    return (
        rich.progress.MofNCompleteColumn() if total is not None else rich.progress.TextColumn("{task.completed:,.0f}")
    )
