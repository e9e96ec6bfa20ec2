"""Who asks, in SQL: users and their conversations are in no metric, but in the roll-ups of the store.

Roll-ups outlive calls, and hold whole hours (UTC): an answer is of every hour that the time range touches.
"""

# SQL is put together from names in this package; what people choose is quoted by Grafana.
# ruff: noqa: S608

from __future__ import annotations

from sereno.dashboards.board import Variable
from sereno.dashboards.panel import Sql, Tile

NAME, MODEL_NAME = "coalesce(u.name, '')", "coalesce(m.name, '')"
"""What the choices of users and models are compared with; "" is a call that names none."""
USER = Variable(
    "user", "User",
    'SELECT coalesce(u.name, \'\') FROM sereno.callers c LEFT JOIN sereno.names u ON u.id = c."user"'
    " WHERE c.seconds = 86400 GROUP BY 1 ORDER BY sum(c.calls) DESC LIMIT 1000",
    "Who asked; the empty one is nobody in particular.",
    everything=NAME,
)  # fmt: skip
MODEL = Variable(
    "model", "Model",
    "SELECT coalesce(m.name, '') FROM sereno.traffic t LEFT JOIN sereno.names m ON m.id = t.model"
    " WHERE t.seconds = 86400 GROUP BY 1 ORDER BY sum(t.calls) DESC LIMIT 1000",
    "Model that answered.",
    everything=MODEL_NAME,
)  # fmt: skip
FROM = "extract(epoch FROM $__timeFrom()::timestamptz)::bigint"
TO = "extract(epoch FROM $__timeTo()::timestamptz)::bigint"
"""The time range, epoch seconds."""
CHOSEN = f"{NAME} IN (${{user:sqlstring}})"
EVERYBODY = (
    'sereno.people p LEFT JOIN sereno.names u ON u.id = p."user" LEFT JOIN sereno.names m ON m.id = p.model'
    f" WHERE p.seconds = 3600 AND p.at > {FROM} - 3600 AND p.at <= {TO}"
)
"""Hours × users × models: after FROM."""
HOURS = f"{EVERYBODY} AND {CHOSEN} AND {MODEL_NAME} IN (${{model:sqlstring}})"
"""The same of those who are chosen."""
ALL_TALKS = f"sereno.sessions s WHERE s.last_at >= {FROM} AND s.first_at <= {TO}"
"""Conversations that were going on: after FROM."""
TALKS = (
    f'{ALL_TALKS} AND EXISTS (SELECT 1 FROM sereno.talks t LEFT JOIN sereno.names u ON u.id = t."user"'
    f" WHERE t.session = s.id AND {CHOSEN})"
)
"""The same of those who are chosen."""
DOLLARS = "sum(p.cost_nanos) FILTER (WHERE p.cost_known > 0) / 1e9"
"""Absent, not 0, where no price is known."""
SHOWN = f"coalesce(nullif({NAME}, ''), '–')"
"""A name as people see it."""
MANY = 10
"""Users that stand in a picture of their own; the rest is one."""
EMPTY = "No calls"


def top(figure: str) -> str:
    """Users of the time range that stand alone, as SQL of one column.

    Args:
        figure: what they are ordered by.
    """
    return f"SELECT {NAME} FROM {HOURS} GROUP BY 1 ORDER BY {figure} DESC NULLS LAST LIMIT {MANY}"


def named(figure: str) -> str:
    """The name of a user who stands alone, `others` for the rest."""
    return f"CASE WHEN {NAME} IN ({top(figure)}) THEN {SHOWN} ELSE 'others' END"


def active_users(width: int, hours: str = HOURS) -> Tile:
    """How many people there are."""
    return Tile(
        "Active users",
        "Different users who asked in the time range (sereno.people); calls that name nobody are not among them.",
        (), "none", width=width, decimals=0, spark=False, empty=EMPTY,
        sql=(Sql(f"SELECT count(DISTINCT {NAME}) FILTER (WHERE {NAME} <> '') AS value FROM {hours}"),),
    )  # fmt: skip


def sessions(width: int, talks: str = TALKS) -> Tile:
    """How many conversations there are."""
    return Tile(
        "Sessions",
        "Conversations that went on in the time range (sereno.sessions).",
        (), "none", width=width, decimals=0, spark=False, empty=EMPTY,
        sql=(Sql(f"SELECT count(*) AS value FROM {talks}"),),
    )  # fmt: skip


def cost_user(width: int, hours: str = HOURS) -> Tile:
    """What one person costs."""
    return Tile(
        "Cost per user",
        "Cost of the time range over the users it was for (sereno.people): calls with a known price and a known user.",
        (), "currencyUSD", width=width, decimals=4, spark=False, empty="No cost",
        sql=(
            Sql(
                f"SELECT {DOLLARS} / nullif(count(DISTINCT {NAME}), 0) AS value FROM {hours} AND {NAME} <> ''"
                " AND p.cost_known > 0"
            ),
        ),
    )  # fmt: skip


def judged(width: int) -> Tile:
    """How content people are."""
    return Tile(
        "Satisfied answers",
        "Percent of what people said of answers in the time range that was good (table feedback, score above 0). Few "
        "say anything, and seldom those in the middle.",
        (), "percent", width=width, decimals=0, spark=False, empty="Nobody judged",
        sql=(
            Sql(
                "SELECT 100.0 * count(*) FILTER (WHERE score > 0) / nullif(count(*) FILTER (WHERE score <> 0), 0)"
                " AS value FROM feedback WHERE $__timeFilter(at)"
            ),
        ),
    )  # fmt: skip
