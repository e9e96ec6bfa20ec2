"""examples/sp500: its page runs as it stands on both databases, its dashboard is what its script writes and its SQL
answers on a real PostgreSQL."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from ingest.databases import postgres_database, sqlite_database
from parts.postgres import Server
from sereno.ingest.prices import Prices
from sereno.ingest.sample import sample_bars

EXAMPLE = Path(__file__).parents[2] / "examples/sp500"
SHOWN: dict[str, Any] = json.loads((EXAMPLE / "grafana/dashboards/sp500.json").read_text())
PANELS = {panel["title"]: panel for panel in SHOWN["panels"]}
OPTIONS = Path(__file__).parents[2] / "grafana/src/panels/chart-analyzer/options.ts"


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_walk_from_csv_to_explained_chart(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    database = (
        sqlite_database(tmp_path) if kind == "sqlite" else postgres_database(request.getfixturevalue("postgres_server"))
    )
    lines = ["Date,Open,High,Low,Close,Adj Close,Volume"]  # as Yahoo's page downloads it
    lines += [
        f"{one.day},{one.open},{one.high},{one.low},{one.close},{one.adj_close},{one.volume}"
        for one in sample_bars()[-250:]
    ]
    (tmp_path / "sp500.csv").write_text("\n".join(lines))
    page = (EXAMPLE / "README.md").read_text()
    walk = "\n".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL))
    assert walk.count("export DATABASE=sqlite:sp500.db") == 1
    walk = walk.replace("export DATABASE=sqlite:sp500.db", f"export DATABASE={database}")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", walk],
        cwd=tmp_path,
        env={"PATH": path, "HOME": str(tmp_path), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "5,031 days read, 5,031 new, last 2018-12-31" in done.stdout
    assert "250 days read, 250 new, last 2018-12-31" in done.stdout
    scores = re.findall(r"(\d+) of (\d+) claims supported", done.stdout)
    assert len(scores) == 2
    assert all(right == all_ and int(right) > 0 for right, all_ in scores)


def test_the_dashboard_is_what_its_script_writes() -> None:
    assert runpy.run_path(str(EXAMPLE / "dashboard.py"))["dashboard"]() == SHOWN


def test_the_analyzer_stands_on_the_chart_with_the_options_that_the_panel_has() -> None:
    analyzer = PANELS["What it says"]
    assert analyzer["type"] == "sereno-chartanalyzer-panel"
    assert analyzer["targets"] == [{"refId": "A", "datasource": {"type": "datasource", "uid": "-- Dashboard --"},
                                    "panelId": PANELS["Close"]["id"]}]  # fmt: skip
    defaults = OPTIONS.read_text().partition("DEFAULTS: Options = {")[2].partition("};")[0]
    assert set(analyzer["options"]) == set(re.findall(r"^\s+(\w+):", defaults, re.MULTILINE))


def test_the_data_source_is_the_one_that_is_provisioned() -> None:
    provisioned = yaml.safe_load((EXAMPLE / "grafana/provisioning/datasources/sp500.yaml").read_text())["datasources"]
    (source,) = [{"type": one["type"], "uid": one["uid"]} for one in provisioned]
    asked = [panel["datasource"] for panel in SHOWN["panels"] if panel["title"] != "What it says"]
    assert [*asked, SHOWN["templating"]["list"][0]["datasource"]] == [source] * (len(asked) + 1)
    page = (EXAMPLE / "README.md").read_text()
    for name in re.findall(r"\$\{(\w+)\}", (EXAMPLE / "grafana/provisioning/datasources/sp500.yaml").read_text()):
        assert f"`{name}`" in page


@pytest.fixture(scope="module")
def filled(postgres_server: Server) -> Iterator[psycopg.Connection[Any]]:
    url = postgres_database(postgres_server)
    prices = Prices(url)
    prices.add("^GSPC", sample_bars())
    prices.close()
    with psycopg.connect(url) as connection:
        yield connection


def rows(connection: psycopg.Connection[Any], title: str) -> list[tuple[Any, Any]]:
    """The answer to a panel's query, with what Grafana fills in (its documentation of the PostgreSQL data source)."""
    (target,) = PANELS[title]["targets"]
    start, end = SHOWN["time"]["from"], SHOWN["time"]["to"]
    sql = re.sub(r"\$__timeFilter\((\w+)\)", rf"\1 BETWEEN '{start}' AND '{end}'", target["rawSql"])
    return connection.execute(sql.replace("$symbol", "^GSPC").encode()).fetchall()


@pytest.mark.parametrize("title", ["Close", "Change from day to day", "Below the highest close before", "Volume"])
def test_each_series_is_a_value_a_day_in_order(filled: psycopg.Connection[Any], title: str) -> None:
    found = rows(filled, title)
    times = [at for at, _ in found]
    assert times == sorted(set(times))
    assert all(isinstance(at, datetime) for at in times)
    assert len(found) == 756, "trading days of 2007, 2008 and 2009: 251 + 253 + 252"


def test_figures_are_those_that_are_published(filled: psycopg.Connection[Any]) -> None:
    # S&P Dow Jones Indices: -8.8 % on 29 September 2008; 57 % below its high on 9 March 2009; price gain of 2008
    # -38.5 %, of 2013 29.6 %.
    day = datetime(2008, 9, 29)  # noqa: DTZ001  PostgreSQL's timestamp has no zone
    assert dict(rows(filled, "Change from day to day"))[day] == pytest.approx(-0.088, abs=0.0005)
    lowest = min(rows(filled, "Below the highest close before"), key=lambda row: row[1])
    assert lowest[0] == datetime(2009, 3, 9)  # noqa: DTZ001  see above
    assert lowest[1] == pytest.approx(-0.568, abs=0.001)
    gains = dict(rows(filled, "Gain by year"))
    assert len(gains) == 20
    assert gains["1999"] is None
    assert gains["2008"] == pytest.approx(-0.385, abs=0.0005)
    assert gains["2013"] == pytest.approx(0.296, abs=0.0005)


def test_symbols_can_be_chosen(filled: psycopg.Connection[Any]) -> None:
    query = SHOWN["templating"]["list"][0]["query"]
    assert filled.execute(query.encode()).fetchall() == [("^GSPC",)]
