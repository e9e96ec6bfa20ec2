"""Runs all children until a signal: start, ready, restart, drain."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from sereno.errors import ConfigError
from sereno.supervisor.backoff import Backoff
from sereno.supervisor.child import Child
from sereno.supervisor.lock import DataLock
from sereno.supervisor.spec import ChildSpec

MAX_FIRST_STARTS = 5
"""A child that was never ready is started so often before everything ends."""


def to_stderr(sentence: str) -> None:
    """Tell the operator."""
    with suppress(OSError):  # the terminal may be gone; the children are not to go with it
        print(f"sereno: {sentence}", file=sys.stderr, flush=True)  # noqa: T201 - the supervisor's voice is stderr


def supervise(
    specs: Sequence[ChildSpec],
    data: Path,
    *,
    on_ready: Callable[[], None] | None = None,
    report: Callable[[str], None] = to_stderr,
    make_backoff: Callable[[], Backoff] = Backoff,
    until: Callable[[], bool] | None = None,
) -> int:
    """Keep the children running until SIGTERM or SIGINT, then drain them; a second signal ends them at once.

    Args:
        specs: the children.
        data: the DATA folder, which is locked meanwhile.
        on_ready: called once, when every child is ready for the first time.
        report: takes one sentence for the operator whenever something happens.
        make_backoff: a new back-off for each child.
        until: called in a thread after everything is ready; when it returns, everything is drained. Its
            value says whether it went well (the demo's `--once`).

    Returns:
        Exit status: 0 after a drain, 1 when a child had to be killed, `until` returned False, or a child was never
        ready, 2 when a child says its settings are wrong.

    Raises:
        ConfigError: another supervisor uses the DATA folder, or there are no children.
    """
    if not specs:
        raise ConfigError("there is nothing to run: give at least one child")
    with DataLock(data):
        return asyncio.run(_Supervisor(specs, on_ready, report, make_backoff, until).run())


class _Supervisor:
    def __init__(
        self,
        specs: Sequence[ChildSpec],
        on_ready: Callable[[], None] | None,
        report: Callable[[str], None],
        make_backoff: Callable[[], Backoff],
        until: Callable[[], bool] | None,
    ) -> None:
        self._specs, self._on_ready, self._report = specs, on_ready, report
        self._make_backoff, self._until = make_backoff, until
        self._stop = asyncio.Event()
        self._signals = 0
        self._status = 0
        self._was_ready: set[str] = set()
        self._children: list[Child] = []

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # nohup stays nohup
                loop.add_signal_handler(number, self._signalled, number)
        read_end, write_end = os.pipe()
        self._children = [Child(spec, read_end, self._report, self._make_backoff()) for spec in self._specs]
        lives = [asyncio.ensure_future(child.run(self._give_up)) for child in self._children]
        ready = asyncio.ensure_future(self._announce())
        try:
            await self._stop.wait()
            ready.cancel()
            await self._drain(lives)
        finally:
            for child in self._children:
                child.kill()
            for life in lives:
                life.cancel()
            await asyncio.gather(*lives, ready, return_exceptions=True)
            os.close(read_end)
            os.close(write_end)
        return self._status

    def _signalled(self, number: signal.Signals) -> None:
        self._signals += 1
        if self._signals == 1:
            self._report(f"{number.name}: draining; once more ends at once")
            self._stop.set()
            return
        self._report(f"{number.name} again: ending at once")
        self._status = 1
        for child in self._children:
            child.kill()

    async def _announce(self) -> None:
        for child in self._children:
            await child.ready.wait()
            self._was_ready.add(child.spec.name)
        if self._on_ready is not None:
            self._on_ready()
        if self._until is not None:
            # A daemon thread: it must not keep a drained supervisor from ending.
            loop = asyncio.get_running_loop()
            threading.Thread(target=self._watch_until, args=(loop, self._until), daemon=True).start()

    def _watch_until(self, loop: asyncio.AbstractEventLoop, until: Callable[[], bool]) -> None:
        fine = False
        try:
            fine = until()
        finally:
            with suppress(RuntimeError):  # the loop may have ended meanwhile
                loop.call_soon_threadsafe(self._finish, fine)

    def _finish(self, fine: bool) -> None:
        if not self._stop.is_set():
            self._status = 0 if fine else 1
            self._stop.set()

    def _give_up(self, child: Child, code: int) -> bool:
        """Before it was ever ready: at once when its settings are wrong, after a few tries otherwise. Later: never."""
        if child.ready.is_set():
            self._was_ready.add(child.spec.name)
        if child.spec.name in self._was_ready:
            return False
        if code != ConfigError.exit_code and (child.starts < MAX_FIRST_STARTS or not child.spec.essential):
            return False
        self._status = code if code == ConfigError.exit_code else 1
        self._stop.set()
        return True

    async def _drain(self, lives: Sequence[asyncio.Future[int]]) -> None:
        pairs = sorted(zip(self._children, lives, strict=True), key=lambda pair: pair[0].spec.stop_order)
        for _, group in groupby(pairs, key=lambda pair: pair[0].spec.stop_order):
            stage = list(group)
            fine = await asyncio.gather(*(child.stop() for child, _ in stage))
            if not all(fine):
                self._status = self._status or 1
            for child, life in stage:
                if child.pid is None:
                    life.cancel()  # it may be waiting to be started again
                with suppress(asyncio.CancelledError):
                    await life
