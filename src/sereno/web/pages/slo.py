"""Objectives: what was promised, what was kept, what is left of each budget and how it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from sereno.query.fields import Field
from sereno.query.objectives import ObjectiveMessage, budgets_of, objective_message, status_of
from sereno.query.problems import not_found
from sereno.slo.burndown import Left
from sereno.web.addresses import explain_address
from sereno.web.charts import Chart, Series, Threshold
from sereno.web.page import Ask, Look, Page, Table

OBJECTIVE = Field(name="objective", kind="text", help="Id of one objective; left out, all.", maximum=200,
                  example="gateway-availability")  # fmt: skip
HOUR = "1h"
State = Literal["kept", "burning", "missed", "page", "ticket", "no_traffic", "unknown"]
_COLUMNS = ("id", "objective", "period", "attained", "mean", "at_most", "budget_left", "events", "error", "burn_rate")


class ObjectiveContent(ObjectiveMessage, frozen=True, kw_only=True):
    """One objective on the page.

    Attributes:
        state: `page` and `ticket`: an alert's windows burn too fast; `missed`: the budget is gone; `burning`: at the
            pace of the last hour it would be before the period ends; `no_traffic`; `unknown`: Prometheus alone can say.
        points: what was left over the period.
    """

    state: State
    points: Sequence[Left]


class SloContent(msgspec.Struct, frozen=True, kw_only=True):
    """Every objective."""

    objectives: Sequence[ObjectiveContent]


def gather(ask: Ask) -> SloContent:
    """Ask the store for the counts of every window.

    Raises:
        Problem: there is no such objective.
    """
    asked, store = ask.values.get(OBJECTIVE), ask.view.store
    slos = [slo for slo in ask.view.objectives() if asked in {None, "", slo.id}]
    if asked and not slos:
        raise not_found(f"There is no objective {asked[:100]!r}; /sereno/slo lists them.")
    if not slos:
        return SloContent(objectives=[])
    points = budgets_of(store, slos, ask.now)
    return SloContent(
        objectives=[
            _one(objective_message(status), points[status.slo.id]) for status in status_of(store, slos, ask.now)
        ]
    )


def _one(told: ObjectiveMessage, points: Sequence[Left]) -> ObjectiveContent:
    known = {name: getattr(told, name) for name in ObjectiveMessage.__struct_fields__}
    return ObjectiveContent(**known, state=state_of(told), points=points)


def state_of(told: ObjectiveMessage) -> State:
    """How an objective is, in one word."""
    if told.unknown is not None:
        return "unknown"
    if told.firing:
        return "page" if "page" in told.firing else "ticket"
    if told.budget_left is None:
        return "no_traffic"
    if told.budget_left < 0:
        return "missed"
    hour = next((burn.burn_rate for burn in told.burns if burn.window == HOUR), None)
    return "burning" if hour is not None and hour > 1 else "kept"


def shape(content: SloContent, look: Look) -> Mapping[str, Any]:
    """One chart an objective."""
    return {
        "charts": [_chart(number, one, look) for number, one in enumerate(content.objectives)],
        "explained": [explain_address(look.to("/slo", objective=one.id)) for one in content.objectives],
    }


def beside(ask: Ask, look: Look) -> list[Chart]:
    """What the explanation is of: the budgets; of one objective also what it counted and what of that missed."""
    content = gather(ask)
    charts = [_chart(number, one, look) for number, one in enumerate(content.objectives)]
    if not ask.values.get(OBJECTIVE):
        return charts
    return [*charts, *(chart for one in content.objectives for chart in _counted(one, look))]


def _counted(one: ObjectiveContent, look: Look) -> list[Chart]:
    t, x = look.t, tuple(point.at for point in one.points)
    events = Series(name=t["calls"], values=tuple(point.events for point in one.points), tone="s1")
    shares = tuple(None if point.bad is None or not point.events else point.bad / point.events for point in one.points)
    missed = Series(name=t["slo_errors"], values=shares, tone="bad")
    return [
        Chart(kind="lines", id="objective-calls", title=t["calls"], unit="count", x=x, tz=look.shown.tz, instants=True,
              series=(events,)),
        Chart(kind="lines", id="objective-errors", title=t["slo_errors"], unit="ratio", x=x, tz=look.shown.tz,
              instants=True, series=(missed,)),
    ]  # fmt: skip


def _chart(number: int, one: ObjectiveContent, look: Look) -> Chart:
    t = look.t
    return Chart(
        kind="area", id=f"budget-{number}", title=t["slo_chart"], description=t["slo_chart_text"], unit="ratio",
        x=tuple(point.at for point in one.points), tz=look.shown.tz, instants=True,
        series=(Series(name=one.id, values=tuple(point.left for point in one.points), tone="s3"),),
        thresholds=(Threshold(name=t["slo_gone"], value=0.0),), empty=one.unknown or t["slo_no_traffic_text"],
    )  # fmt: skip


def table(content: SloContent) -> Table:
    """One row an objective."""
    rows = [[getattr(one, name) for name in (*_COLUMNS, "state")] for one in content.objectives]
    return Table((*_COLUMNS, "state"), rows)


PAGES = (
    Page(
        name="slo", path="/slo", template="slo.html", section="slo", fields=(OBJECTIVE,), gather=gather, shape=shape,
        table=table, figures=beside,
    ),
)  # fmt: skip
