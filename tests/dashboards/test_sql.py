"""Every SQL statement of every dashboard, asked of a real PostgreSQL with a Sereno's tables and a week of data."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg.rows import dict_row
from scipy.stats import binomtest

from dashboards.macros import expanded
from dashboards.reading import Asked, documents, panels, statements
from dashboards.recorded import DAY, HOSTILE, record
from parts.postgres import BIN, Server, postgres

pytestmark = [pytest.mark.timeout(200), pytest.mark.xdist_group("dashboards-sql")]
NUMBERS = (int, float, Decimal)
TIMED = {"timeseries", "state-timeline"}


class Recorded(NamedTuple):
    """A database with data.

    Attributes:
        server: that serves it. at: epoch seconds of now.
    """

    server: Server
    at: float

    def ask(self, one: Asked, chosen: dict[str, list[str]] | None = None) -> list[dict[str, Any]]:
        """The rows that Grafana would get for the last week."""
        sql = expanded(one.expr, self.at - 7 * DAY, self.at, one.board, chosen)
        with psycopg.connect(self.server.url("ai_platform"), row_factory=dict_row) as connection:
            return connection.execute(sql.encode()).fetchall()


@pytest.fixture(scope="module")
def recorded() -> Iterator[Recorded]:
    """A week of Sereno."""
    with postgres() as server:
        server.execute("CREATE DATABASE ai_platform")
        at = time.time()
        record(server.url("ai_platform"), at)
        yield Recorded(server, at)


def panel_of(one: Asked) -> dict[str, Any]:
    return next(panel for panel in panels(documents()[one.board]) if panel["title"] == one.panel)


def test_there_are_statements() -> None:
    assert len(statements()) > 60
    assert {one.board for one in statements()} >= {
        "drift-overview", "drift-kl-divergence", "drift-psi-trends", "drift-accuracy-tracking",
        "lora-version-tracking", "users-sessions", "costs-by-user", "quality", "executive-summary",
    }  # fmt: skip


def shape(one: Asked, rows: list[dict[str, Any]]) -> str:
    """What is wrong with the rows for where they are shown; "" if nothing."""
    if not rows:
        return "found nothing"
    names = list(rows[0])
    if one.panel.startswith("variable "):
        return "" if len(names) == 1 else "a choice is one column"
    if one.panel.startswith("annotation "):
        return "" if names[:2] == ["time", "text"] and set(names[2:]) <= {"tags"} else f"annotation of {names}"
    panel = panel_of(one)
    overridden = {override["matcher"]["options"] for override in panel["fieldConfig"]["overrides"]}
    if panel["type"] == "table":
        return "" if set(names) == overridden else f"columns {set(names) ^ overridden}"
    if not overridden <= set(names):
        return f"no column {overridden - set(names)}"
    values = [name for name in names if name not in {"time", "metric"}]
    if panel["type"] in TIMED:
        times = [row["time"] for row in rows]
        if names[0] != "time" or times != sorted(times):
            return "points are not in the order of time"
    elif panel["type"] in {"barchart", "piechart"}:
        if not all(isinstance(row[values[0]], str) for row in rows):
            return "bars have no names"
        values = values[1:]
    elif len(rows) != 1:
        return f"{len(rows)} rows for one figure"
    if panel["options"].get("reduceOptions", {}).get("fields"):
        return ""
    numbers = all(isinstance(row[name], NUMBERS) for row in rows for name in values)
    return "" if numbers and values else "no numbers"


def test_every_statement_finds_what_its_panel_can_show(recorded: Recorded) -> None:
    wrong = {str(one): said for one in statements() if (said := shape(one, recorded.ask(one)))}
    assert wrong == {}


def statement(board: str, panel: str) -> Asked:
    return next(one for one in statements() if (one.board, one.panel) == (board, panel))


@pytest.mark.parametrize(
    ("board", "panel", "answer"),
    [
        ("users-sessions", "Active users", 2),
        ("executive-summary", "Active users", 2),
        ("users-sessions", "Sessions", 2),
        ("users-sessions", "Questions", 96),
        ("users-sessions", "Questions per user", 32),  # 64 of two
        ("users-sessions", "Questions without a user", 100 / 3),
        ("users-sessions", "Satisfied answers", 75),
        ("costs-by-user", "Cost of the users", 83 * 0.25),  # 13 of 96 have no price
        ("costs-by-user", "Cost per user", (32 - 4 + 32 - 5) * 0.25 / 2),
        ("costs-by-user", "Cost per answered question", 0.25),
        ("costs-by-user", "Users who cost", 2),
        ("drift-kl-divergence", "7-day average KL divergence", 0.15),
        ("drift-psi-trends", "7-day average PSI", (0.06 + 0.06 + 0.44) / 3),
        ("drift-psi-trends", "PSI drift events (7 days)", 1),
        ("drift-accuracy-tracking", "Low accuracy events (7 days)", 1),
    ],
)
def test_a_figure_is_what_was_recorded(recorded: Recorded, board: str, panel: str, answer: float) -> None:
    ((value,),) = [row.values() for row in recorded.ask(statement(board, panel))]
    assert float(value) == pytest.approx(answer)


def test_a_session_costs_what_its_calls_did(recorded: Recorded) -> None:
    rows = recorded.ask(statement("costs-by-user", "Dearest sessions"))
    # Every third call of each; of 32 the price of four or five is not known (every seventh of all).
    assert [(row["session"], float(row["cost"]), row["calls"], row["tokens"]) for row in rows] == [
        ("s2", 28 * 0.25, 32, 32 * 150), ("s1", 27 * 0.25, 32, 32 * 150),
    ]  # fmt: skip


def test_a_day_that_ended_keeps_its_average(recorded: Recorded) -> None:
    days = recorded.ask(statement("drift-accuracy-tracking", "Daily average accuracy (30 days)"))
    assert days[0]["accuracy"] == pytest.approx(0.85)
    assert days[0]["day"] == time.strftime("%Y-%m-%d", time.gmtime(recorded.at - 2 * DAY))


def test_versions_are_compared_by_the_calls_they_answered(recorded: Recorded) -> None:
    rows = recorded.ask(statement("lora-version-tracking", "Performance metrics comparison"))
    v1, v2 = sorted(rows, key=lambda row: row["adapter_version"])
    assert v1["latency_p95_seconds"] == pytest.approx(2.5)
    assert v2["latency_p95_seconds"] == pytest.approx((2.5 * 30 + 7.5 * 10) / 40)
    assert (v2["requests"], v2["accuracy"]) == (160, pytest.approx(2.4))  # sums; the last one


def test_the_active_version_is_the_champion(recorded: Recorded) -> None:
    one = statement("lora-version-tracking", "Current active version")
    assert recorded.ask(one) == [{"version": "v2"}]
    assert panel_of(one)["options"]["reduceOptions"]["fields"] == "/^version$/"


def test_the_interval_is_wilsons(recorded: Recorded) -> None:
    (row,) = recorded.ask(statement("quality", "Rates and what they are sure of"))
    expected = binomtest(10, 100).proportion_ci(0.95, method="wilson")
    assert (row["rate"], row["checked"]) == (10, 100)  # the sum over all time is not counted again
    assert (row["low"], row["high"]) == (pytest.approx(100 * expected.low), pytest.approx(100 * expected.high))


def test_a_choice_narrows_whatever_it_is_called(recorded: Recorded) -> None:
    listed = [row["coalesce"] for row in recorded.ask(statement("costs-by-user", "variable user"))]
    assert set(listed) == {"ana", HOSTILE, ""}
    for users, questions in (([HOSTILE], 32), (["ana", ""], 64), (["nobody of that name"], None)):
        rows = recorded.ask(statement("users-sessions", "Questions"), {"user": users})
        assert [row["value"] for row in rows] == [questions]
    talks = recorded.ask(statement("users-sessions", "Conversations"), {"user": [HOSTILE]})
    assert [(row["session"], row["users"]) for row in talks] == [("s2", HOSTILE)]
    one_model = recorded.ask(statement("users-sessions", "Questions"), {"model": ["a:latest"]})
    assert one_model == [{"value": 48}]


SEED = {
    "drift events": (
        """SELECT timestamp, kl_divergence, psi, severity FROM drift_metrics 
   WHERE drift_detected = true ORDER BY timestamp DESC LIMIT 10;""",  # noqa: W291  as it was written
        ["0.35|0.44|critical"],
    ),
    "versions": (
        "SELECT version, training_loss, validation_loss, is_active \n   FROM lora_adapters ORDER BY created_at DESC;",
        ["v2|1.25|1.5|t", "v1|1.5|1.75|f"],
    ),
    "daily summary": (
        """-- Daily drift summary
SELECT 
  DATE(timestamp) as day,
  AVG(kl_divergence) as avg_kl,
  AVG(psi) as avg_psi,
  AVG(current_accuracy) as avg_accuracy,
  COUNT(*) FILTER (WHERE drift_detected = true) as drift_count
FROM drift_metrics
WHERE timestamp >= NOW() - INTERVAL '30 days'
GROUP BY DATE(timestamp)
ORDER BY day;""",  # noqa: W291  as it was written
        ["0.05|0.06|0.85|0"],
    ),
    "reachable": ("SELECT 1", ["1"]),
}
"""What the drift document tells people to type into psql, to the letter, and what stands in the answer."""


@pytest.mark.parametrize(("sql", "expected"), SEED.values(), ids=SEED)
def test_the_documents_sql_runs_in_psql(recorded: Recorded, sql: str, expected: list[str]) -> None:
    command = [str(BIN / "psql"), "-X", "-A", "-t", "-d", recorded.server.url("ai_platform"), "-c", sql]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    found = iter(done.stdout.splitlines())
    assert all(any(part in line for line in found) for part in expected), done.stdout
