"""One call beside those of the same model before it: what its explanation is of."""

from __future__ import annotations

from collections.abc import Callable

from sereno.calls import Call
from sereno.query.message import tokens_per_second
from sereno.store.base import CallQuery
from sereno.web.charts import Chart, Series, Threshold, Tone, Unit
from sereno.web.page import Ask, Look

BEFORE = 200
"""Calls that one is compared with."""


def peers(ask: Ask, look: Look, call: Call) -> list[Chart]:
    """Latency and speed of the call and of those before it that asked the same model for the same kind of work."""
    query = CallQuery(model=call.model, operation=call.operation, end=call.started_at + 1e-6, limit=BEFORE, llm=True)
    found = {one.started_at: one for one in ask.view.store.calls(query).calls}
    found[call.started_at] = call
    calls = [found[at] for at in sorted(found)]
    t = look.t

    def line(name: str, tone: Tone, value: Callable[[Call], float | None]) -> Series:
        return Series(name=name, values=tuple(value(one) for one in calls), tone=tone)

    def chart(name: str, title: str, unit: Unit, level: float | None, *series: Series) -> Chart:
        return Chart(
            kind="lines", id=name, title=title, description=t["peers_text"], unit=unit,
            x=tuple(one.started_at for one in calls), series=series, tz=look.shown.tz, instants=True,
            thresholds=() if level is None else (Threshold(name=t["peers_this"], value=level, tone="accent"),),
        )  # fmt: skip

    return [
        chart(
            "peers-latency", t["latency"], "seconds", call.timing.total,
            line(t["latency"], "s1", lambda one: one.timing.total),
            line(t["ttft"], "s3", lambda one: one.timing.time_to_first_chunk),
        ),
        chart("peers-speed", t["speed"], "tokens_per_second", _speed(call), line(t["speed"], "s2", _speed)),
    ]  # fmt: skip


def _speed(call: Call) -> float | None:
    return tokens_per_second(call.usage.output_tokens, call.timing)
