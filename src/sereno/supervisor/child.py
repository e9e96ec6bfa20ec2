"""One child: its process, its last words, its restarts."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from sereno.supervisor.backoff import Backoff
from sereno.supervisor.spec import PARENT_FD, ChildSpec

LAST_LINES = 12
KEEPS_DYING = 3
"""Deaths in a row after which a child's last lines are repeated."""
_LINE_BYTES = 2000
_POLL_SECONDS = 0.05


class Child:
    """Keeps one command line running.

    Args:
        spec: what to run.
        parent_fd: read end of the pipe that ends with the supervisor.
        report: takes one sentence for the operator.
        backoff: when to start again.
    """

    def __init__(self, spec: ChildSpec, parent_fd: int, report: Callable[[str], None], backoff: Backoff) -> None:
        self.spec = spec
        self.ready = asyncio.Event()
        self.starts = 0
        self.last_lines: deque[str] = deque(maxlen=LAST_LINES)
        self._parent_fd = parent_fd
        self._report = report
        self._backoff = backoff
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False

    @property
    def pid(self) -> int | None:
        """The process that runs now."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def run(self, give_up: Callable[[Child, int], bool]) -> int:
        """Start it, and again whenever it ends, until it is stopped; `give_up(child, code)` may end that too.

        Returns:
            The exit status of its last life, negative for a signal.
        """
        while True:
            born = time.monotonic()
            code = await self._live()
            if self._stopping:
                return code
            self.ready.clear()
            if give_up(self, code):
                self._report(f"{self.spec.name} {_ending(code)} and is not started again{self._last_words()}")
                return code
            delay = self._backoff.delay(time.monotonic() - born)
            when = f"in {delay:g} s" if delay else "at once"
            # Its lines stand above already; they are gathered once it is clear that it keeps dying.
            words = self._last_words() if self._backoff.failures == KEEPS_DYING else ""
            self._report(f"{self.spec.name} {_ending(code)}, starting it again {when}{words}")
            if delay:
                await asyncio.sleep(delay)

    def _last_words(self) -> str:
        lines = "".join(f"\n    {line}" for line in self.last_lines)
        return f"; its last lines:{lines}" if lines else ""

    async def _live(self) -> int:
        self.last_lines.clear()
        argv = [argument.replace(PARENT_FD, str(self._parent_fd)) for argument in self.spec.argv]
        self.starts += 1
        try:
            # A group of its own: a terminal's Ctrl-C reaches the supervisor alone, which then drains in order.
            process = await asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                env={**os.environ, **(self.spec.env or {})},
                pass_fds=(self._parent_fd, *self.spec.pass_fds),
                start_new_session=True,
            )
        except OSError as error:
            self.last_lines.append(f"{argv[0]}: {error.strerror}")
            return 127
        self._process = process
        watch = asyncio.ensure_future(self._watch_ready())
        try:
            await self._listen(process)
            return await process.wait()
        finally:
            watch.cancel()

    async def _watch_ready(self) -> None:
        check = self.spec.ready
        while check is not None and not await asyncio.to_thread(check):  # noqa: ASYNC110 - it is in another process
            await asyncio.sleep(_POLL_SECONDS)
        if self.starts > 1:
            self._report(f"{self.spec.name} is back")
        self.ready.set()

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """Pass its stderr on, keeping the last lines; a line is cut rather than kept in memory without end."""
        stream = process.stderr
        assert stream is not None
        exited = asyncio.ensure_future(process.wait())
        rest = b""
        try:
            while True:
                reading = asyncio.ensure_future(stream.read(65536))
                # A grandchild may hold the pipe open: the child's end is what counts.
                await asyncio.wait({reading, exited}, return_when=asyncio.FIRST_COMPLETED)
                if not reading.done():
                    done, _ = await asyncio.wait({reading}, timeout=0.2)
                    if not done:
                        reading.cancel()
                        break
                data = reading.result()
                if not data:
                    break
                with suppress(OSError):  # the terminal may be gone
                    sys.stderr.buffer.write(data)
                    sys.stderr.buffer.flush()
                *lines, rest = (rest + data).split(b"\n")
                self.last_lines.extend(line[:_LINE_BYTES].decode("utf-8", "replace") for line in lines if line.strip())
                rest = rest[-_LINE_BYTES:]
        finally:
            if rest.strip():
                self.last_lines.append(rest.decode("utf-8", "replace"))

    async def stop(self) -> bool:
        """SIGTERM, wait, then SIGKILL; whether it ended by itself in time."""
        self._stopping = True
        process = self._process
        if process is None or process.returncode is not None:
            return True
        self.signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), self.spec.stop_seconds)
        except TimeoutError:
            self._report(f"{self.spec.name} did not end within {self.spec.stop_seconds:g} s of SIGTERM and is killed")
            self.kill()
            await process.wait()
            return False
        return True

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if it lives."""
        process = self._process
        if process is not None and process.returncode is None:
            try:
                process.send_signal(number)
            except ProcessLookupError:
                pass

    def kill(self) -> None:
        """End it at once, for good."""
        self._stopping = True
        self.signal(signal.SIGKILL)


def _ending(code: int) -> str:
    """How a life ended, in words.

    >>> _ending(-9), _ending(2)
    ('was killed by SIGKILL', 'ended with status 2')
    """
    if code >= 0:
        return f"ended with status {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"
