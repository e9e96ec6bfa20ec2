"""Alerts that arrive explained: when people have been told of an alert, an explanation follows within a minute.

The alert itself goes its own way, from Alertmanager or Grafana to people; this one is told at the same moment as they
are, and whatever it does or fails to do, the alert has gone. What is late is not sent.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, aclosing
from datetime import UTC, datetime
from threading import Event as Stop
from time import monotonic, time

import msgspec

from sereno.alerts.episode import Report
from sereno.alerts.told import Told, told
from sereno.explain.frame import Event
from sereno.keeper.alert_chart import AlertChart, Range, Rules, Source, alert_chart, looking_back
from sereno.keeper.schedule import Job
from sereno.metrics.increments import Labels
from sereno.notify.channels import Channel
from sereno.notify.explanation import Explanation
from sereno.notify.sending import SendingError
from sereno.notify.texts import Language
from sereno.query.explaining import End, Explainer, Facts, Text, Withheld
from sereno.query.explaining.request import Asked
from sereno.query.problems import Problem
from sereno.store.ledger import Ledger, alert_explanations
from sereno.store.ledger.alerts import Filter, episodes

log = logging.getLogger(__name__)
OUTCOMES = ("sent", "partly", "unsent", "late", "limited", "no_series", "nothing", "failed")
"""How an explanation can end; a label."""
SENDING = 10.0
"""Seconds of the minute that are kept for sending."""
RETRY = 1.0
"""Seconds until a busy model is asked again."""
FORGET_SECONDS = 3600.0
DAY = 86400.0
HOUR = 3600.0
_ALERT: dict[Language, str] = {"en": "the alert {name}", "es": "la alerta {name}"}
_SPACE = re.compile(r"\n\s*\n\s*")


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How fast, how often, how far back.

    Attributes:
        within: seconds from the alert until its explanation is sent, or is not at all.
        hold: seconds that the alert is ahead at least.
        range: seconds of the past that are looked at.
        per_hour: explanations begun in an hour.
        days: how long it is remembered what was explained; longer than an alert is sent again.
    """

    within: float = 60.0
    hold: float = 5.0
    range: float = 6 * HOUR
    per_hour: int = 20
    days: float = 90.0


class ExplainedAlerts:
    """An attachment that is told of alerts by the API; `follow` belongs to the API's event loop.

    Args:
        explainer: tells the chart.
        source: opens the Prometheus that has the series; its `close` is called.
        ways: how people are told.
        send: sends an explanation by a way, blocking; its last argument says how many seconds are left.
        shipped: our own rules.
        ledger: remembers what was explained, and what else fired.
        language: of the text.
        pace: limits.
        clock: epoch seconds.
    """

    def __init__(
        self,
        explainer: Explainer,
        *,
        source: Callable[[], Source],
        ways: Sequence[Channel],
        send: Callable[[Explanation, Channel, datetime, Callable[[], float]], None],
        shipped: Rules,
        ledger: Ledger,
        language: Language = "en",
        pace: Pace | None = None,
        clock: Callable[[], float] = time,
    ) -> None:
        self._explainer = explainer
        self._source = source
        self._ways = ways
        self._send = send
        self._shipped = shipped
        self._ledger = ledger
        self._language = language
        self._pace = pace or Pace()
        self._clock = clock
        self._begun: deque[float] = deque()
        self._counts = dict.fromkeys(OUTCOMES, 0)
        self._running: set[asyncio.Task[None]] = set()

    def follow(self, reports: Sequence[Report]) -> None:
        """People were just told of these; returns at once. Call it in the event loop."""
        task = asyncio.get_running_loop().create_task(self._follow(reports, monotonic()))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def jobs(self) -> Sequence[Job]:
        """Forgetting; one keeper on the ledger forgets for all."""
        return [Job(name="alert_explanations", every=FORGET_SECONDS, run=self.forget, lease=True, delay=90.0)]

    def forget(self, stop: Stop | None = None) -> None:  # noqa: ARG002  a job is told when to stop; this one is short
        """Remove what is older than wanted.

        Raises:
            StoreError: the ledger does not answer.
        """
        with self._ledger.write() as connection:
            alert_explanations.forget(connection, self._clock() - self._pace.days * DAY)

    def figures(self) -> Mapping[tuple[str, Labels], float]:
        """How they ended, since the start."""
        return {("sereno_alert_explanations_total", (how,)): float(count) for how, count in self._counts.items()}

    def close(self) -> None:
        """Nothing is held open: tasks end with their loop."""

    async def _follow(self, reports: Sequence[Report], began: float) -> None:
        fresh = await asyncio.to_thread(self._claimed, reports)
        await asyncio.gather(*(self._one(one, began) for one in told(fresh)))

    def _claimed(self, reports: Sequence[Report]) -> list[Report]:
        firing = [report for one in told(reports) for report in one.reports]
        if not firing:
            return []
        with self._ledger.write() as connection:
            return alert_explanations.claim(connection, firing, self._clock())

    async def _one(self, one: Told, began: float) -> None:
        said = ""
        try:
            outcome, said = await self._explained(one, began)
        except TimeoutError:
            outcome = "late"
        except Exception as error:  # noqa: BLE001  whatever fails, the alert has gone, and this is counted
            outcome = "failed"
            log.warning("the alert %s is not explained: %s", one.name, str(error) or type(error).__name__)
        self._counts[outcome] += 1
        if outcome in {"late", "limited", "nothing", "no_series"}:
            log.info("the alert %s is not explained: %s", one.name, outcome)
        await asyncio.to_thread(self._settle, one, outcome, said)

    def _settle(self, one: Told, outcome: str, explanation: str) -> None:
        with self._ledger.write() as connection:
            alert_explanations.settle(connection, one.reports, outcome, explanation)

    async def _explained(self, one: Told, began: float) -> tuple[str, str]:
        """The outcome, and the explanation's id."""
        if not self._admitted(began):
            return "limited", ""
        deadline = began + self._pace.within
        async with asyncio.timeout(deadline - min(SENDING, self._pace.within / 2) - monotonic()):
            found = await asyncio.to_thread(self._chart, one)
            if found is None:
                return "no_series", ""
            made = await self._text(one, found)
        if not any(letter.isalnum() for letter in made.text):
            return "nothing", made.id
        await asyncio.sleep(max(0.0, began + self._pace.hold - monotonic()))
        return await self._sent(made, deadline), made.id

    def _admitted(self, now: float) -> bool:
        while self._begun and now - self._begun[0] >= HOUR:
            self._begun.popleft()
        if len(self._begun) >= self._pace.per_hour:
            return False
        self._begun.append(now)
        return True

    def _chart(self, one: Told) -> AlertChart | None:
        span = looking_back(self._clock(), self._pace.range)
        source = self._source()
        try:
            return alert_chart(one, source, self._shipped, span, lambda: self._beside(one, span))
        finally:
            source.close()

    def _beside(self, one: Told, span: Range) -> list[Event]:
        """What else fired: perhaps the cause."""
        with self._ledger.read() as connection:
            found = episodes(connection, Filter(start=span.start, end=span.end))
        return [
            Event(other.starts_at, "alert", _ALERT[self._language].format(name=other.name), other.ends_at)
            for other in found
            if other.name != one.name
        ]

    async def _text(self, one: Told, found: AlertChart) -> Explanation:
        asked = Asked(
            chart=found.chart,
            analysis="diagnosis",
            question="",
            language=self._language,
            model=None,
            strict=True,
            context=f"{one.summary}. {one.description}".strip(),
            image=None,
        )
        with ExitStack() as hold:
            model = await self._place(asked, hold)
            told_of = _Heard()
            async with aclosing(self._explainer.explain(asked, model=model, by="alerts")) as events:
                async for event in events:
                    told_of.take(event)
        return Explanation(
            summary=one.summary,
            severity=one.severity,
            alerts=[dict(report.labels) for report in one.reports],
            text=told_of.kept(),
            supported=told_of.end.supported,
            numbers=told_of.end.numbers,
            model=told_of.end.model,
            query=found.query,
            start=found.chart.start or 0.0,
            end=found.chart.end or 0.0,
            language=self._language,
            id=told_of.id,
        )

    async def _place(self, asked: Asked, hold: ExitStack) -> str | None:
        """Wait until the explainer has a place; the deadline ends it."""
        while True:
            try:
                with ExitStack() as attempt:
                    model = self._explainer.admit(asked, attempt)
                    hold.push(attempt.pop_all())
                    return model
            except Problem as problem:
                if problem.status not in {429, 503}:
                    raise
            await asyncio.sleep(RETRY)

    async def _sent(self, made: Explanation, deadline: float) -> str:
        ways = [way for way in self._ways if made.severity == "critical" or not way.only_critical]
        if not ways:
            return "unsent"
        left = lambda: deadline - monotonic()  # noqa: E731  one expression
        now = datetime.fromtimestamp(self._clock(), UTC)
        taken = await asyncio.gather(*(asyncio.to_thread(self._by, made, way, now, left) for way in ways))
        return "sent" if all(taken) else "partly" if any(taken) else "unsent"

    def _by(self, made: Explanation, way: Channel, now: datetime, left: Callable[[], float]) -> bool:
        try:
            self._send(made, way, now, left)
        except SendingError as error:
            log.warning("the explanation %r is not sent: %s", made.title, error)
            return False
        return True


class _Heard:
    """An explanation as it was told, without the notes that stand where a sentence was withheld."""

    def __init__(self) -> None:
        self.id = ""
        self.end = End(score=1.0, supported=0, numbers=0, model=None, seconds=0.0)
        self._text = ""
        self._withheld: list[tuple[int, int]] = []

    def take(self, event: object) -> None:
        """The next event."""
        match event:
            case Facts():
                self.id = event.id
            case Text():
                self._text += event.text
            case Withheld():
                self._withheld.append((event.start, event.end))
            case End():
                self.end = event

    def kept(self) -> str:
        """The text."""
        text = self._text
        for start, end in reversed(self._withheld):
            text = text[:start].rstrip(" ") + text[end:]
        return _SPACE.sub("\n\n", text).strip()
