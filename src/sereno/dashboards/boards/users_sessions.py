"""Who uses it, and how much."""

# SQL is put together from names in this package; what people choose is quoted by Grafana.
# ruff: noqa: S608

from __future__ import annotations

from sereno.dashboards import people
from sereno.dashboards.board import Board, Section
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import bad_above
from sereno.dashboards.panel import BarChart, Column, Kind, Series, Sql, Table, Tile
from sereno.dashboards.parts import USER_LINK

HOURS, TALKS, SHOWN = people.HOURS, people.TALKS, people.SHOWN


def board(limits: Limits) -> Board:
    """The dashboard."""
    return Board(
        uid="users-sessions",
        title="Users and sessions",
        text="Who asks, how often, in how many conversations; whole hours of the time range.",
        folder="LLMOps",
        audiences=("manager", "developer"),
        variables=(people.USER, people.MODEL),
        since="now-7d",
        refresh="5m",
        sections=(
            Section("", _tiles()),
            Section("Course", _course()),
            Section("Each of them", _lists(limits)),
        ),
    )


def _tiles() -> tuple[Kind, ...]:
    return (
        people.active_users(4),
        people.sessions(4),
        Tile(
            "Questions",
            "LLM requests of the time range (sereno.people).",
            (), "none", decimals=0, spark=False, empty=people.EMPTY,
            sql=(Sql(f"SELECT sum(p.calls) AS value FROM {HOURS}"),),
        ),
        Tile(
            "Questions per user",
            "Of those who have a name (sereno.people).",
            (), "none", decimals=1, spark=False, empty=people.EMPTY,
            sql=(
                Sql(
                    f"SELECT sum(p.calls) / nullif(count(DISTINCT {people.NAME}), 0) AS value FROM {HOURS}"
                    f" AND {people.NAME} <> ''"
                ),
            ),
        ),
        Tile(
            "Questions without a user",
            "Percent that name nobody: no key, no header, no field says who asked (sereno.people).",
            (), "percent", decimals=1, spark=False, empty=people.EMPTY,
            sql=(
                Sql(
                    f"SELECT 100.0 * sum(p.calls) FILTER (WHERE {people.NAME} = '') / nullif(sum(p.calls), 0) AS value"
                    f" FROM {HOURS}"
                ),
            ),
        ),
        people.judged(4),
    )  # fmt: skip


def _course() -> tuple[Kind, ...]:
    return (
        Series(
            "Active users by hour",
            "Different users who asked in each hour (sereno.people).",
            (), "none", low=0, decimals=0, empty=people.EMPTY,
            sql=(
                Sql(
                    f"SELECT to_timestamp(p.at) AS time, count(DISTINCT {people.NAME}) AS users FROM {HOURS}"
                    f" AND {people.NAME} <> '' GROUP BY p.at ORDER BY 1",
                    (("users", "Users"),),
                ),
            ),
        ),
        BarChart(
            "Active users by day",
            "Different users who asked on each day, UTC (sereno.people).",
            (), "none", low=0, decimals=0, empty=people.EMPTY,
            sql=(
                Sql(
                    "SELECT to_char(to_timestamp(p.at) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day,"
                    f" count(DISTINCT {people.NAME}) AS users FROM {HOURS} AND {people.NAME} <> ''"
                    " GROUP BY 1 ORDER BY 1",
                    (("users", "Users"),),
                ),
            ),
        ),
        Series(
            "Questions by user",
            f"In each hour, of the {people.MANY} who ask most and of all others (sereno.people).",
            (), "none", stacked=True, low=0, decimals=0, empty=people.EMPTY,
            sql=(
                Sql(
                    f"SELECT to_timestamp(p.at) AS time, {people.named('sum(p.calls)')} AS metric,"
                    f" sum(p.calls) AS calls FROM {HOURS} GROUP BY p.at, 2 ORDER BY 1, 2"
                ),
            ),
        ),
        Series(
            "New sessions",
            "Conversations that began in each hour (sereno.sessions).",
            (), "none", low=0, decimals=0, empty=people.EMPTY,
            sql=(
                Sql(
                    "SELECT to_timestamp(floor(s.first_at / 3600) * 3600) AS time, count(*) AS sessions"
                    f" FROM {TALKS} AND s.first_at >= {people.FROM} GROUP BY 1 ORDER BY 1",
                    (("sessions", "Sessions"),),
                ),
            ),
        ),
        BarChart(
            "Length of sessions",
            "Conversations of the time range by their number of questions (sereno.sessions).",
            (), "none", low=0, decimals=0, empty=people.EMPTY,
            sql=(
                Sql(
                    "SELECT questions, count(*) AS sessions FROM (SELECT CASE WHEN s.calls <= 1 THEN '1'"
                    " WHEN s.calls <= 3 THEN '2–3' WHEN s.calls <= 10 THEN '4–10' WHEN s.calls <= 30 THEN '11–30'"
                    " ELSE '31–' END AS questions, least(s.calls, 31) AS n"
                    f" FROM {TALKS}) AS each GROUP BY 1 ORDER BY min(n)",
                    (("sessions", "Sessions"),),
                ),
            ),
        ),
        Series(
            "Tokens by user",
            f"In and out in each hour, of the {people.MANY} with most and of all others (sereno.people).",
            (), "short", stacked=True, low=0, empty=people.EMPTY,
            sql=(
                Sql(
                    f"SELECT to_timestamp(p.at) AS time,"
                    f" {people.named('sum(p.input_tokens + p.output_tokens)')} AS metric,"
                    f" sum(p.input_tokens + p.output_tokens) AS tokens FROM {HOURS} GROUP BY p.at, 2 ORDER BY 1, 2"
                ),
            ),
        ),
    )  # fmt: skip


def _lists(limits: Limits) -> tuple[Kind, ...]:
    errors = bad_above(limits.errors_yellow, limits.errors_red)
    return (
        Table(
            "Users",
            "Each user over the time range (sereno.people). A click on a name opens what it cost.",
            width=24, height=9, empty=people.EMPTY,
            sql=(
                Sql(
                    f"SELECT {SHOWN} AS user_name, sum(p.calls) AS calls,"
                    f" count(DISTINCT {people.MODEL_NAME}) AS models,"
                    " 100.0 * sum(p.error) / nullif(sum(p.success) + sum(p.error), 0) AS errors,"
                    " sum(p.input_tokens) AS input_tokens, sum(p.output_tokens) AS output_tokens,"
                    " sum(p.latency_nanos) / nullif(sum(p.calls), 0) / 1e9 AS latency,"
                    f" {people.DOLLARS} AS cost, to_timestamp(max(p.at)) AS last_hour"
                    f" FROM {HOURS} GROUP BY 1 ORDER BY 2 DESC LIMIT 500"
                ),
            ),
            columns=(
                Column("User", "string", link=USER_LINK, field="user_name"),
                Column("Questions", "none", decimals=0, field="calls"),
                Column("Models", "none", decimals=0, field="models"),
                Column("Errors %", "percent", errors, decimals=2, field="errors"),
                Column("Tokens in", decimals=0, field="input_tokens"),
                Column("Tokens out", decimals=0, field="output_tokens"),
                Column("Mean", "s", field="latency"),
                Column("Cost", "currencyUSD", decimals=4, field="cost"),
                Column("Last hour", "dateTimeAsLocal", field="last_hour"),
            ),
        ),
        Table(
            "Conversations",
            "The latest of the time range, with all their questions (sereno.sessions, sereno.talks).",
            width=24, height=9, empty=people.EMPTY,
            sql=(
                Sql(
                    "SELECT s.name AS session, (SELECT string_agg(coalesce(n.name, '–'), ', ' ORDER BY n.name)"
                    ' FROM sereno.talks k LEFT JOIN sereno.names n ON n.id = k."user" WHERE k.session = s.id) AS users,'
                    " s.calls, s.errors, s.input_tokens + s.output_tokens AS tokens, s.cost_nanos / 1e9 AS cost,"
                    " to_timestamp(s.first_at) AS first_at, to_timestamp(s.last_at) AS last_at"
                    f" FROM {TALKS} ORDER BY s.last_at DESC LIMIT 500"
                ),
            ),
            columns=(
                Column("Session", "string", field="session"), Column("Users", "string", field="users"),
                Column("Questions", "none", decimals=0, field="calls"),
                Column("Errors", "none", bad_above(1, 3), decimals=0, field="errors"),
                Column("Tokens", decimals=0, field="tokens"),
                Column("Cost", "currencyUSD", decimals=4, field="cost"),
                Column("First", "dateTimeAsLocal", field="first_at"),
                Column("Last", "dateTimeAsLocal", field="last_at"),
            ),
        ),
    )  # fmt: skip
