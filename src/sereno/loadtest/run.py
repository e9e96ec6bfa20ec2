"""Runs a plan: when requests are due, who sends them, and when to stop."""

from __future__ import annotations

import asyncio
import os
import random as chance
import time
from collections.abc import Callable
from typing import Literal

import msgspec

from sereno.loadtest.arrivals import arrivals
from sereno.loadtest.client import Client
from sereno.loadtest.connection import Clock
from sereno.loadtest.plan import Plan
from sereno.loadtest.sample import Sample, Who, read_sample
from sereno.loadtest.user import Script, Talk

Reason = Literal["time", "requests", "gone", "refused", "interrupted"]
BACK_OFF = 0.5
"""Seconds a closed user waits after the server could not be reached, so that a dead server is not hammered."""

HOPELESS = 100
"""When so many requests were refused and none was answered, the run tests nothing and ends."""


class Ending(msgspec.Struct, frozen=True):
    """How a run ended.

    Attributes:
        reason: its time or its requests were over, the server was gone or refused everything, or somebody stopped it.
        seconds: how long it took.
        cut: requests that were under way when it was stopped; they are counted nowhere else.
    """

    reason: Reason
    seconds: float
    cut: int


class Run:
    """One run of a plan.

    Args:
        plan: what to do.
        sink: given each request when it is over.
        clock: seconds, monotonic.
    """

    def __init__(self, plan: Plan, sink: Callable[[Sample], None], clock: Clock = time.monotonic) -> None:
        self._plan = plan
        self._sink = sink
        self._clock = clock
        self._random = chance.Random(plan.seed)  # noqa: S311 - traffic, not secrets; the same seed gives the same
        self._script = Script(plan, self._random)
        self._places = asyncio.Semaphore(plan.in_flight)
        self._stopped = asyncio.Event()
        self._client = Client(plan.address, {"user-agent": "sereno-loadtest", **plan.headers}, clock)
        self._zero = self._wall_ns = 0.0
        self._gone_since: float | None = None
        self._refused: int | None = 0
        self.reason: Reason = "time"
        self.issued = 0
        self.in_flight = 0
        self.waiting = 0

    @property
    def now(self) -> float:
        """Seconds since the start."""
        return self._clock() - self._zero if self._zero else 0.0

    def stop(self, reason: Reason = "interrupted") -> None:
        """End now: what is under way is cut."""
        if not self._stopped.is_set():
            self.reason = reason
            self._stopped.set()

    async def go(self) -> Ending:
        """Do all of it."""
        self._zero, self._wall_ns = self._clock(), time.time_ns()
        work = asyncio.create_task(self._open() if self._plan.model_of_load == "open" else self._closed())
        stop = asyncio.create_task(self._stopped.wait())
        try:
            await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
            cut = self.in_flight + self.waiting
            seconds = self.now
        finally:
            for task in (work, stop):
                task.cancel()
            ended = await asyncio.gather(work, stop, return_exceptions=True)
            self._client.close()
        if isinstance(ended[0], Exception):
            raise ended[0]
        return Ending(self.reason, seconds, cut)

    async def _open(self) -> None:
        async with asyncio.TaskGroup() as group:
            for due in arrivals(self._plan.profile, self._plan.pattern, self._random):
                await self._until(due)
                if not self._left():
                    return
                group.create_task(self._talk(self._script.talk(), due, self._ongoing))
                await asyncio.sleep(0)  # where arrivals are overdue, none is waited for: let the others run

    async def _closed(self) -> None:
        async with asyncio.TaskGroup() as group:
            for user in range(int(-(-self._plan.profile.highest // 1))):
                group.create_task(self._user(user))

    async def _user(self, user: int) -> None:
        """One closed user: conversation after conversation while the profile has a place for them."""
        profile = self._plan.profile
        due = profile.above(user, 0.0)
        while due is not None and self._left():
            await self._until(due)
            await self._talk(self._script.talk(user), due, lambda: profile.level(self.now) > user)
            if self._gone_since is not None:
                await asyncio.sleep(BACK_OFF)
            due = profile.above(user, self.now + self._script.pause())

    async def _talk(self, talk: Talk, due: float, ongoing: Callable[[], bool]) -> None:
        for turn in range(talk.length):
            if turn:
                due = self.now + self._script.pause()
                await self._until(due)
                if not ongoing():
                    return
            if not self._left():
                return
            self.issued += 1
            sample = await self._request(talk, turn, due)
            self._note(sample)
            if sample.status != "success":
                return  # a conversation without an answer is not gone on with
            talk.heard(sample.text)

    async def _request(self, talk: Talk, turn: int, due: float) -> Sample:
        plan, who = self._plan, Who(due, talk.user, talk.session, turn)
        self.waiting += 1
        try:
            async with asyncio.timeout(plan.timeout):
                await self._places.acquire()
        except TimeoutError:
            sentence = f"{plan.in_flight} others were under way for {plan.timeout:g} s"
            return Sample(
                intended=due, began=self.now, ended=self.now, user=talk.user, session=talk.session, turn=turn,
                status="error", error_type="not_sent", error_message=sentence,
                operation="embeddings" if plan.api.embeds else "chat",
            )  # fmt: skip
        finally:
            self.waiting -= 1
        self.in_flight += 1
        try:
            request = talk.request(turn)
            reply = await self._client.send(
                "POST", plan.path, request.body, request.headers, limit=plan.timeout
            )  # fmt: skip
        finally:
            self.in_flight -= 1
            self._places.release()
        return read_sample(
            who, reply, plan.path, request.body, zero=self._zero, wall_ns=int(self._wall_ns), random=os.urandom(10),
            agent=plan.api.name == "agent",
        )  # fmt: skip

    def _note(self, sample: Sample) -> None:
        self._sink(sample)
        if sample.status == "success":
            self._refused = None
        elif self._refused is not None and (sample.http_status or 0) >= 400:
            self._refused += 1
            if self._refused >= HOPELESS:
                self.stop("refused")
        if sample.error_type != "upstream_unreachable":
            if sample.http_status is not None:
                self._gone_since = None
            return
        if self._gone_since is None:
            self._gone_since = sample.ended
        elif self._plan.give_up and sample.ended - self._gone_since >= self._plan.give_up:
            self.stop("gone")

    def _ongoing(self) -> bool:
        return self.now < self._plan.profile.seconds

    def _left(self) -> bool:
        """Whether another request may be sent; the last one allowed ends the run."""
        if self._stopped.is_set():
            return False
        if self.issued < self._plan.requests:
            return True
        self.reason = "requests"
        return False

    async def _until(self, due: float) -> None:
        while (wait := due - self.now) > 0:  # noqa: ASYNC110 - a moment is waited for, no event; timers may be early
            await asyncio.sleep(wait)
