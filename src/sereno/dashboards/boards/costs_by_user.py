"""What each of them costs."""

# SQL is put together from names in this package; what people choose is quoted by Grafana.
# ruff: noqa: S608

from __future__ import annotations

from sereno.dashboards import people
from sereno.dashboards.board import Board, Section
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import bad_above, bad_from
from sereno.dashboards.panel import BarChart, Column, Kind, Pie, Series, Sql, Table, Tile
from sereno.dashboards.parts import USER_LINK

HOURS, SHOWN, DOLLARS = people.HOURS, people.SHOWN, people.DOLLARS
PAID = f"{HOURS} AND p.cost_known > 0"
NO_COST = "No cost"


def board(limits: Limits) -> Board:
    """The dashboard."""
    return Board(
        uid="costs-by-user",
        title="Costs by user",
        text="What users and their conversations cost, by model and by topic; whole hours of the time range.",
        folder="LLMOps",
        audiences=("manager",),
        variables=(people.USER, people.MODEL),
        since="now-30d",
        refresh="5m",
        sections=(
            Section("", _tiles(limits)),
            Section("Course", _course()),
            Section("By user", _users(limits)),
            Section("By session and topic", _details()),
        ),
    )


def _tiles(limits: Limits) -> tuple[Kind, ...]:
    return (
        Tile(
            "Cost of the users",
            "What the calls of the time range cost, those with a known price (sereno.people).",
            (), "currencyUSD", decimals=4, spark=False, empty=NO_COST,
            sql=(Sql(f"SELECT {DOLLARS} AS value FROM {HOURS}"),),
        ),
        people.cost_user(4),
        Tile(
            "Users who cost",
            "Users with calls whose price is known (sereno.people).",
            (), "none", decimals=0, spark=False, empty=NO_COST,
            sql=(Sql(f"SELECT count(DISTINCT {people.NAME}) AS value FROM {PAID} AND {people.NAME} <> ''"),),
        ),
        Tile(
            "Cost per answered question",
            "Cost over the calls that were answered and whose price is known (sereno.people).",
            (), "currencyUSD", bad_above(limits.cost_request_yellow, limits.cost_request_red), decimals=5,
            spark=False, empty=NO_COST,
            sql=(
                Sql(
                    f"SELECT sum(p.cost_nanos) / 1e9 / nullif(sum(p.cost_known), 0) AS value FROM {PAID}"
                    " AND p.success > 0"
                ),
            ),
        ),
        Tile(
            "Cost of nobody in particular",
            "Percent of the cost whose calls name no user (sereno.people): keys or headers would tell.",
            (), "percent", bad_above(10, 50), decimals=1, spark=False, empty=NO_COST,
            sql=(
                Sql(
                    f"SELECT 100.0 * coalesce(sum(p.cost_nanos) FILTER (WHERE {people.NAME} = ''), 0)"
                    f" / nullif(sum(p.cost_nanos), 0) AS value FROM {PAID}"
                ),
            ),
        ),
        Tile(
            "Questions without a price",
            "Answered calls that stand in no cost figure (sereno.people): `sereno prices` says which models.",
            (), "none", bad_from(1), decimals=0, spark=False, empty=people.EMPTY,
            sql=(Sql(f"SELECT sum(p.unpriced) AS value FROM {HOURS}"),),
        ),
    )  # fmt: skip


def _course() -> tuple[Kind, ...]:
    return (
        Series(
            "Cost by user and hour",
            f"Of the {people.MANY} who cost most, and of all others (sereno.people).",
            (), "currencyUSD", stacked=True, low=0, empty=NO_COST,
            sql=(
                Sql(
                    f"SELECT to_timestamp(p.at) AS time, {people.named('sum(p.cost_nanos)')} AS metric,"
                    f" sum(p.cost_nanos) / 1e9 AS cost FROM {PAID} GROUP BY p.at, 2 ORDER BY 1, 2"
                ),
            ),
        ),
        BarChart(
            "Cost by day",
            "All users together, UTC days (sereno.people).",
            (), "currencyUSD", low=0, empty=NO_COST,
            sql=(
                Sql(
                    "SELECT to_char(to_timestamp(p.at) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day,"
                    f" sum(p.cost_nanos) / 1e9 AS cost FROM {PAID} GROUP BY 1 ORDER BY 1",
                    (("cost", "Cost"),),
                ),
            ),
        ),
    )  # fmt: skip


def _users(limits: Limits) -> tuple[Kind, ...]:
    return (
        Pie(
            "Share of each user",
            f"Of the {people.MANY} who cost most, and of all others (sereno.people).",
            (), "currencyUSD", empty=NO_COST,
            sql=(
                Sql(
                    f"SELECT {people.named('sum(p.cost_nanos)')} AS user_name, sum(p.cost_nanos) / 1e9 AS cost"
                    f" FROM {PAID} GROUP BY 1 ORDER BY 2 DESC"
                ),
            ),
        ),
        Table(
            "Cost of each user",
            "Over the time range (sereno.people). Without price: calls with tokens that no price is known for.",
            width=16, empty=people.EMPTY,
            sql=(
                Sql(
                    f"SELECT {SHOWN} AS user_name, {DOLLARS} AS cost,"
                    f" 100.0 * sum(p.cost_nanos) / nullif(sum(sum(p.cost_nanos)) OVER (), 0) AS share,"
                    " sum(p.calls) AS calls, sum(p.cost_nanos) / 1e9 / nullif(sum(p.cost_known), 0) AS each,"
                    " sum(p.input_tokens) AS input_tokens, sum(p.output_tokens) AS output_tokens,"
                    f" sum(p.unpriced) AS unpriced FROM {HOURS} GROUP BY 1 ORDER BY 2 DESC NULLS LAST LIMIT 500"
                ),
            ),
            columns=(
                Column("User", "string", link=USER_LINK, field="user_name"),
                Column("Cost", "currencyUSD", decimals=4, field="cost"),
                Column("Share", "percent", decimals=1, field="share"),
                Column("Questions", "none", decimals=0, field="calls"),
                Column("Per request", "currencyUSD", bad_above(limits.cost_request_yellow, limits.cost_request_red),
                       decimals=5, field="each"),
                Column("Tokens in", decimals=0, field="input_tokens"),
                Column("Tokens out", decimals=0, field="output_tokens"),
                Column("Without price", "none", bad_from(1), decimals=0, field="unpriced"),
            ),
        ),
        Table(
            "Cost by user and model",
            "Which models each user's money goes to (sereno.people).",
            width=24, empty=NO_COST,
            sql=(
                Sql(
                    f"SELECT {SHOWN} AS user_name, {people.MODEL_NAME} AS model_name, sum(p.cost_nanos) / 1e9 AS cost,"
                    " sum(p.calls) AS calls, sum(p.cost_nanos) / 1e6"
                    " / nullif(sum(p.input_tokens + p.output_tokens), 0) AS thousand"
                    f" FROM {PAID} GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 500"
                ),
            ),
            columns=(
                Column("User", "string", link=USER_LINK, field="user_name"),
                Column("Model", "string", field="model_name"),
                Column("Cost", "currencyUSD", decimals=4, field="cost"),
                Column("Questions", "none", decimals=0, field="calls"),
                Column("1,000 tokens", "currencyUSD", decimals=5, field="thousand"),
            ),
        ),
    )  # fmt: skip


def _details() -> tuple[Kind, ...]:
    return (
        Table(
            "Dearest sessions",
            "Of those that went on in the time range, with all they ever cost (sereno.sessions).",
            empty=NO_COST,
            sql=(
                Sql(
                    "SELECT s.name AS session, s.cost_nanos / 1e9 AS cost, s.calls,"
                    " s.input_tokens + s.output_tokens AS tokens, to_timestamp(s.last_at) AS last_at"
                    f" FROM {people.TALKS} AND s.cost_nanos IS NOT NULL ORDER BY s.cost_nanos DESC LIMIT 100"
                ),
            ),
            columns=(
                Column("Session", "string", field="session"),
                Column("Cost", "currencyUSD", decimals=4, field="cost"),
                Column("Questions", "none", decimals=0, field="calls"),
                Column("Tokens", decimals=0, field="tokens"),
                Column("Last", "dateTimeAsLocal", field="last_at"),
            ),
        ),
        BarChart(
            "Cost by topic",
            "Of whole days that the time range touches, by the category of calls (sereno.interests).",
            (), "currencyUSD", low=0, empty=NO_COST,
            sql=(
                Sql(
                    "SELECT coalesce(c.name, '–') AS category, sum(p.cost_nanos) / 1e9 AS cost"
                    ' FROM sereno.interests p LEFT JOIN sereno.names u ON u.id = p."user"'
                    " LEFT JOIN sereno.names m ON m.id = p.model LEFT JOIN sereno.names c ON c.id = p.category"
                    f" WHERE p.seconds = 86400 AND p.at > {people.FROM} - 86400 AND p.at <= {people.TO}"
                    f" AND {people.CHOSEN} AND {people.MODEL_NAME} IN (${{model:sqlstring}}) AND p.cost_known > 0"
                    " GROUP BY 1 ORDER BY 2 DESC LIMIT 30",
                    (("cost", "Cost"),),
                ),
            ),
        ),
    )  # fmt: skip
