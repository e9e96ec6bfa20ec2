"""Alerts explained: once, after the alert, in time or not at all, with nothing in them that no fact supports."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from sqlalchemy import select

from keeper.alarms import NOW, OLLAMA, SHIPPED, Remembering, fires, line
from sereno.alerts.episode import Report
from sereno.errors import ModelError
from sereno.explain.narrate.chat import ChatModel, Usage
from sereno.explain.narrate.prompt import Prompt
from sereno.keeper.explained_alerts import ExplainedAlerts, Pace
from sereno.notify.channels import Channel, Email, Webhook
from sereno.notify.explanation import Explanation
from sereno.notify.prometheus import AlertRule, PrometheusError
from sereno.notify.sending import SendingError
from sereno.query.explaining import Explainer, Limits
from sereno.store.ledger import METADATA, Ledger, alert_explanations, alerts
from sereno.store.ledger.url import sqlite_url

UP = {"__name__": "ollama_up", **OLLAMA}
DOWN = {"ollama_up": [line([1] * 300 + [0] * 5, UP)]}
HOOK, MAIL = Webhook(url="http://hook"), Email(to=("a@b",), sender="c@d", server="e:25", only_critical=True)
QUICK = Pace(hold=0.0)
PATIENCE = 30.0


class Sent(NamedTuple):
    """What was handed to a way, when (monotonic seconds)."""

    one: Explanation
    way: Channel
    at: float


class Told:
    """A model that says these pieces, after a wait."""

    def __init__(self, *pieces: str, wait: float = 0.0) -> None:
        self.pieces, self.wait, self.stopped = pieces, wait, threading.Event()
        self.prompts: list[Prompt] = []

    async def stream(self, prompt: Prompt, model: str, max_tokens: int) -> AsyncGenerator[str | Usage, None]:
        del model, max_tokens
        self.prompts.append(prompt)
        try:
            await asyncio.sleep(self.wait)
            for piece in self.pieces:
                yield piece
        finally:
            self.stopped.set()

    async def models(self) -> Sequence[ChatModel]:
        return []

    async def sees(self, _model: str) -> bool:
        return False

    async def close(self) -> None:
        pass


class Broken(Told):
    """A model server that is not there."""

    async def stream(self, prompt: Prompt, model: str, max_tokens: int) -> AsyncGenerator[str | Usage, None]:
        if not self.pieces:
            raise ModelError("unreachable", "nobody there")
        async for piece in super().stream(prompt, model, max_tokens):
            yield piece


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(sqlite_url(tmp_path / "sereno.db"))
    with ledger.write() as connection:
        METADATA.create_all(connection)
    yield ledger
    ledger.close()


class Night:
    """An explainer of alerts and what it did."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        model: Told | None = None,
        source: Remembering | None = None,
        pace: Pace = QUICK,
        ways: Sequence[Channel] = (HOOK,),
        language: str = "en",
        limits: Limits | None = None,
        refuses: Callable[[Channel], bool] = lambda _: False,
    ) -> None:
        self.ledger, self.sent, self._refuses = ledger, list[Sent](), refuses
        self.source = source or Remembering(DOWN)
        explainer = Explainer(
            chat=model, model="" if model is None else "m", limits=limits, new_id=lambda: "0199-an-explanation"
        )
        self.alerts = ExplainedAlerts(
            explainer,
            source=lambda: self.source,
            ways=ways,
            send=self._send,
            shipped=SHIPPED,
            ledger=ledger,
            language="es" if language == "es" else "en",
            pace=pace,
            clock=lambda: NOW,
        )

    def _send(self, one: Explanation, way: Channel, now: datetime, left: Callable[[], float]) -> None:
        assert now.timestamp() == NOW
        assert left() > 0
        if self._refuses(way):
            raise SendingError("it is closed")
        self.sent.append(Sent(one, way, time.monotonic()))

    def follow(self, *payloads: Sequence[Report]) -> dict[str, float]:
        """Tell it of them, one after the other; how many ended how, once as many are settled as there are rules."""

        async def run() -> None:
            for reports in payloads:
                self.alerts.follow(reports)
                began = time.monotonic()
                while self.alerts._running:
                    assert time.monotonic() - began < PATIENCE
                    await asyncio.sleep(0.01)

        asyncio.run(run())
        return {labels[0]: count for (_, labels), count in self.alerts.figures().items() if count}

    def noted(self) -> list[tuple[str, str]]:
        """Outcomes and ids in the ledger."""
        table = alert_explanations.TABLE.c
        with self.ledger.read() as connection:
            return [
                (row.outcome, row.explanation) for row in connection.execute(select(table.outcome, table.explanation))
            ]


def test_an_alert_is_explained_by_the_series_of_its_rule(ledger: Ledger) -> None:
    night = Night(ledger)
    with ledger.write() as connection:
        hot = msgspec.structs.replace(fires("GpuHot", "warning", gpu="0"), starts_at=NOW - 200)
        alerts.record(connection, [hot, fires("OllamaDown", **OLLAMA), fires("Watchdog", "none")], NOW)

    assert night.follow([fires("OllamaDown", **OLLAMA)]) == {"sent": 1}

    (sent,) = night.sent
    # Planted: the last 5 of 305 points, 20 s apart and ending at midnight, are 0.
    assert "ollama_up went beyond the threshold of 1 at 23:58:40 and still is" in sent.one.text
    assert "the alert GpuHot at 23:56:40, just before, is the first suspect" in sent.one.text
    assert "Watchdog" not in sent.one.text
    assert sent.one.supported == sent.one.numbers > 3
    assert sent.one.model is None
    assert sent.one.query == "ollama_up"
    assert sent.one.summary == "OllamaDown fires"
    assert night.noted() == [("sent", "0199-an-explanation")]
    assert night.source.closed == 1


def test_the_same_alert_is_explained_once_and_what_is_over_never(ledger: Ledger) -> None:
    night = Night(ledger)
    one = fires("OllamaDown", **OLLAMA)
    over = msgspec.structs.replace(one, starts_at=NOW - 9000, ends_at=NOW)

    assert night.follow([one], [one, over], [fires("Watchdog", "none")]) == {"sent": 1}
    assert Night(ledger).follow([one]) == {}, "another keeper, or this one after a restart"

    again = msgspec.structs.replace(one, starts_at=NOW)
    assert night.follow([one, again]) == {"sent": 2}


def test_what_no_fact_supports_is_left_out_with_its_note(ledger: Ledger) -> None:
    model = Told("ollama_up fell to 0. ", "It had been at 47 for a week. ", "Check the server.")
    night = Night(ledger, model=model)

    assert night.follow([fires("OllamaDown", **OLLAMA)]) == {"sent": 1}

    (sent,) = night.sent
    assert sent.one.text == "ollama_up fell to 0. Check the server."
    assert sent.one.supported == sent.one.numbers
    assert sent.one.model == "m"
    assert "OllamaDown fires" in model.prompts[0].user


def test_a_text_of_which_nothing_is_left_is_not_sent(ledger: Ledger) -> None:
    night = Night(ledger, model=Told("It was at 47. It will be 48 on 3 May."))
    assert night.follow([fires("OllamaDown", **OLLAMA)]) == {"nothing": 1}
    assert night.sent == []
    assert night.noted() == [("nothing", "0199-an-explanation")]


def test_without_its_model_templates_tell_it(ledger: Ledger) -> None:
    night = Night(ledger, model=Broken(), language="es")
    assert night.follow([fires("OllamaDown", **OLLAMA)]) == {"sent": 1}
    assert "ollama_up pasó el umbral de 1 a las 23:58:40 y sigue más allá" in night.sent[0].one.text
    assert night.sent[0].one.model is None


def test_a_slow_model_is_stopped_and_nothing_follows(ledger: Ledger) -> None:
    model = Told("ollama_up fell to 0.", wait=600)
    night = Night(ledger, model=model, pace=Pace(within=1.0, hold=0.0))

    assert night.follow([fires("OllamaDown", **OLLAMA)]) == {"late": 1}

    assert model.stopped.is_set()
    assert night.sent == []
    assert night.noted() == [("late", "")]


def test_the_alert_is_ahead(ledger: Ledger) -> None:
    night = Night(ledger, pace=Pace(hold=0.5))
    began = time.monotonic()
    night.follow([fires("OllamaDown", **OLLAMA)])
    assert night.sent[0].at - began >= 0.5


def test_a_busy_model_is_waited_for(ledger: Ledger) -> None:
    night = Night(ledger, model=Told("It fell to 0."), limits=Limits(concurrency=1))
    source = Remembering({"ollama_up": [line([1] * 300 + [0] * 5, UP)], "sereno_store_up": [line([1, 0], OLLAMA)]})
    night.source = source
    both = [fires("OllamaDown", **OLLAMA), fires("SerenoStoreDown", **OLLAMA)]
    assert night.follow(both) == {"sent": 2}


def test_so_many_an_hour(ledger: Ledger) -> None:
    night = Night(ledger, pace=Pace(hold=0.0, per_hour=1))
    second = msgspec.structs.replace(fires("OllamaDown", **OLLAMA), starts_at=NOW - 5)
    assert night.follow([fires("OllamaDown", **OLLAMA)], [second]) == {"sent": 1, "limited": 1}
    assert len(night.sent) == 1


@pytest.mark.parametrize(("severity", "expected"), [("critical", {HOOK, MAIL}), ("warning", {HOOK})])
def test_warnings_go_where_warnings_go(ledger: Ledger, severity: str, expected: set[Channel]) -> None:
    source = Remembering({"ollama_up": [line([1] * 300 + [0] * 5, UP)]})
    source.known = [AlertRule("Mine", "ollama_up == 0")]
    night = Night(ledger, source=source, ways=(HOOK, MAIL))
    night.follow([fires("Mine", severity, **OLLAMA)])
    assert {sent.way for sent in night.sent} == expected


def test_ways_that_fail_are_counted_and_the_others_go(ledger: Ledger) -> None:
    night = Night(ledger, ways=(HOOK, MAIL), refuses=lambda way: way is MAIL)
    assert night.follow([fires("OllamaDown", **OLLAMA)]) == {"partly": 1}
    closed = Night(ledger, refuses=lambda _: True)
    assert closed.follow([msgspec.structs.replace(fires("OllamaDown", **OLLAMA), starts_at=NOW)]) == {"unsent": 1}


def test_a_prometheus_that_is_gone_or_has_no_such_series_is_counted(ledger: Ledger) -> None:
    class Gone(Remembering):
        def rules(self, name: str) -> list[object]:  # type: ignore[override]
            raise PrometheusError(f"no {name}")

    gone = Night(ledger, source=Gone({}))
    assert gone.follow([fires("OllamaDown", **OLLAMA)]) == {"failed": 1}
    assert gone.source.closed == 1
    assert Night(ledger, source=Remembering({})).follow([fires("OllamaDown", upstream="x")]) == {"no_series": 1}


def test_what_was_explained_is_forgotten_in_time(ledger: Ledger) -> None:
    night = Night(ledger, pace=Pace(hold=0.0, days=1.0))
    with ledger.write() as connection:
        alert_explanations.claim(connection, [fires("Old", **OLLAMA)], NOW - 2 * 86400)
    night.follow([fires("OllamaDown", **OLLAMA)])
    (job,) = night.alerts.jobs()
    job.run(threading.Event())
    assert len(night.noted()) == 1
