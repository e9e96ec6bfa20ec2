"""One event of drift: what its explanation is of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import structs

from sereno.query.drift import drift_ledger, event_list, feature_list
from sereno.query.fields import Field
from sereno.query.problems import not_found
from sereno.query.times import parse_time
from sereno.store.ledger import drift_checks
from sereno.web.charts import Chart, Series, Threshold
from sereno.web.page import Ask, Look

EVENT = Field(name="event", kind="integer", help="Number of an event, of which the explanation is.", minimum=1,
              maximum=2**31 - 1, example="7")  # fmt: skip
BEFORE = 30 * 86_400.0
"""Seconds of the feature's past that go with it."""
_MOST = 10_000

Figures = Callable[[Ask, Look], Sequence[Chart]]


def beside(
    pictured: Callable[..., Chart], levels: Callable[[Look], tuple[Threshold, ...]], otherwise: Figures
) -> Figures:
    """The figures of an event: how its feature differed at each check, and how it was spread before and then.

    Args:
        pictured: draws a feature of a check.
        levels: from which PSI on it is how grave.
        otherwise: the figures where no event is asked for, or where it has no feature.
    """

    def figures(ask: Ask, look: Look) -> Sequence[Chart]:
        number = ask.values.get(EVENT)
        if number is None:
            return otherwise(ask, look)
        ledger = drift_ledger(ask.view)
        event = next((one for one in event_list(ledger, None, _MOST) if one.id == int(number)), None)
        if event is None:
            raise not_found(f"There is no event {number} of drift; /drift/events lists them.")
        if event.feature is None:
            return otherwise(ask, look)
        at = parse_time(event.timestamp, ask.now)
        with ledger.read() as connection:
            past = drift_checks.series(connection, event.feature, event.model or "", at - BEFORE)
        known = {moment: psi for moment, psi, _ in past}
        name = f"{event.feature} · {event.model}" if event.model else event.feature
        title = f"PSI · {name}"
        timeline = Chart(
            kind="lines", id="event-timeline", title=title, description=look.t["drift_timeline_text"], unit="count",
            x=tuple(sorted(known)), tz=look.shown.tz, instants=True, thresholds=levels(look),
            series=(Series(name=title, values=tuple(known[moment] for moment in sorted(known)), tone="s1"),),
        )  # fmt: skip
        found = feature_list(ledger, event.check_id, event.model or "")
        spread = [one for one in found if one.feature == event.feature and one.distribution.get("labels")]
        return [timeline, *(structs.replace(pictured(one, 0, look), title=name) for one in spread)]

    return figures
