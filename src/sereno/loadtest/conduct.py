"""A run from beginning to end: the event loop, Ctrl-C, and what is shown meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

import uvloop
from rich.console import Console
from rich.live import Live

from sereno.loadtest.address import Address
from sereno.loadtest.apis import ApiName
from sereno.loadtest.client import Client
from sereno.loadtest.live import View, line
from sereno.loadtest.plan import Plan
from sereno.loadtest.preflight import Target, look
from sereno.loadtest.run import Ending, Run
from sereno.loadtest.sample import Sample
from sereno.loadtest.tally import Tally

T = TypeVar("T")
REFRESHES = 4
"""How often a second the view is drawn."""
EVERY = 10.0
"""Seconds between two lines where nobody watches a terminal."""


def survey(address: Address, headers: Mapping[str, str], api: ApiName | None, model: str | None) -> Target:
    """See `preflight.look`."""

    async def ask() -> Target:
        client = Client(address, {"user-agent": "sereno-loadtest", **headers}, time.monotonic)
        try:
            return await look(client, address, api, model)
        finally:
            client.close()

    return _in_loop(ask())


def conduct(plan: Plan, tally: Tally, sink: Callable[[Sample], None] | None = None) -> Ending:
    """Run a plan; SIGINT and SIGTERM end it early. Progress goes to stderr.

    Args:
        plan: what to do.
        tally: counts.
        sink: given each request as well.
    """

    def both(sample: Sample) -> None:
        tally.add(sample)
        if sink is not None:
            sink(sample)

    async def go() -> Ending:
        run = Run(plan, both)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, run.stop)
        shown = asyncio.create_task(_lines(tally, run))
        try:
            with _view(plan, run, tally):
                return await run.go()
        finally:
            shown.cancel()

    return _in_loop(go())


def _view(plan: Plan, run: Run, tally: Tally) -> contextlib.AbstractContextManager[object]:
    if not sys.stderr.isatty():
        return contextlib.nullcontext()
    console = Console(stderr=True)
    return Live(View(plan, run, tally), console=console, refresh_per_second=REFRESHES, transient=True)


async def _lines(tally: Tally, run: Run) -> None:
    if sys.stderr.isatty():
        return
    while True:
        await asyncio.sleep(EVERY)
        print(line(tally, run), file=sys.stderr, flush=True)  # noqa: T201 - progress is what this is for


def _in_loop(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)
