"""Charts from where data lives: files, a real Prometheus, SQLite and PostgreSQL; and what each refuses."""

from __future__ import annotations

import json
import random
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from parts.built import built
from parts.postgres import postgres
from parts.running import prometheus
from sereno.assembly.charts import chart_of_file, chart_of_prometheus, chart_of_sql, with_unit
from sereno.config.sections.store import StoreSection
from sereno.config.table import Settings
from sereno.errors import ConfigError, QueryError, SerenoError, StoreError, UpstreamError
from sereno.explain.facts import facts
from sereno.explain.frame import Chart

AT = 1_790_000_000
AT_MIDNIGHT = 1_763_683_200.0  # 2025-11-21T00:00:00Z
NOISE = random.Random(7)
VALUES = [42.0 if index == 30 else round(NOISE.gauss(5.0, 0.1), 4) for index in range(60)]
TABLE = pa.table({
    "at": pa.array([(AT + 60 * index) * 1_000_000 for index in range(60)], pa.timestamp("us", "UTC")),
    "queue": VALUES,
})  # fmt: skip


def line(chart: Chart) -> tuple[list[float], list[float]]:
    """Times and values of the only series."""
    (series,) = chart.series
    return series.times.tolist(), series.values.tolist()


def written(path: Path) -> Path:
    """The table in a file of that kind."""
    match path.suffix:
        case ".parquet":
            parquet.write_table(TABLE, path)
        case ".csv":
            csv.write_csv(TABLE, path)
        case ".tsv":
            csv.write_csv(TABLE, path, csv.WriteOptions(delimiter="\t"))
        case _:
            fields = [
                {"name": "at", "type": "time", "values": [1000 * (AT + 60 * index) for index in range(60)]},
                {"name": "queue", "type": "number", "values": VALUES},
            ]
            path.write_text(json.dumps({"frames": [{"fields": fields}]}))
    return path


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet", "json"])
def test_a_file_of_each_kind_is_the_same_chart(tmp_path: Path, ending: str) -> None:
    chart = with_unit(chart_of_file(written(tmp_path / f"queue.{ending}"), title="Q"), "ms")
    assert line(chart) == ([AT + 60.0 * index for index in range(60)], VALUES)
    assert (chart.title, chart.series[0].unit) == ("Q", "ms")


@pytest.mark.parametrize(
    "content",
    [
        "\ufefffecha;precio\r\n2025-11-21;1.234,5\r\n2025-11-22;-0,25\r\n2025-11-23;n/a\r\n",
        'fecha,precio\n2025-11-21,"1,234.5"\n2025-11-22,-0.25\n2025-11-23,\n',
        "precio\tfecha\n1234.5\t2025-11-21T00:00:00Z\n-0.25\t2025-11-21T22:00:00-02:00\n\t2025-11-23\n",
    ],
)
def test_spreadsheets_of_several_countries_are_the_same_chart(tmp_path: Path, content: str) -> None:
    path = tmp_path / "precios.csv"
    path.write_text(content, "utf-8")
    times, values = line(chart_of_file(path))
    assert times == [AT_MIDNIGHT, AT_MIDNIGHT + 86_400.0, AT_MIDNIGHT + 2 * 86_400.0]
    np.testing.assert_array_equal(values, [1234.5, -0.25, np.nan])


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("gone.csv", None, "No such file"),
        ("folder.csv", "", "Is a directory|cannot be read"),
        ("x.xlsx", b"x", "ends in none of"),
        ("x.parquet", b"PAR1 but no more", "cannot be read"),
        ("x.csv", b"a,b\n1,2\n3\n", "cannot be read"),
        ("x.json", b"{", "cannot be read"),
        ("x.json", b"\xff\xfe", "cannot be read"),
        ("x.json", b'{"frames": 5}', "frames"),
    ],
)
def test_a_file_that_holds_no_chart_is_named(tmp_path: Path, name: str, content: bytes | str | None, told: str) -> None:
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        path.mkdir()
    with pytest.raises((ConfigError, QueryError), match=told) as caught:
        chart_of_file(path)
    assert caught.value.exit_code == 2


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A real Prometheus that has seen an hour of a queue; its address, and when that began."""
    folder = tmp_path_factory.mktemp("prometheus")
    began = int(time.time()) // 60 * 60 - 7200
    lines = ["# TYPE queue_length gauge\n"]
    for job, factor in (("shop", 1.0), ("mail", 2.0)):
        lines += [f'queue_length{{job="{job}"}} {factor * v} {began + 60 * i}\n' for i, v in enumerate(VALUES)]
    lines += ["# TYPE odd gauge\n", *(f"odd NaN {began + 60 * index}\n" for index in range(60)), "# EOF\n"]
    (folder / "history.txt").write_text("".join(lines))
    source, data = str(folder / "history.txt"), str(folder / "data")
    command = [str(built("promtool")), "tsdb", "create-blocks-from", "openmetrics", source, data]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with prometheus(folder) as seen:
        yield seen.url, began


def test_a_range_query_on_a_real_prometheus(watched: tuple[str, int]) -> None:
    url, began = watched
    chart = chart_of_prometheus(f"{url}/", "queue_length", hours=3, title="Queue", tz="Europe/Madrid")
    assert sorted(one.name for one in chart.series) == ["queue_length mail", "queue_length shop"]
    shop = next(one for one in chart.series if one.name == "queue_length shop")
    assert shop.labels == {"job": "shop"}
    assert set(shop.values.tolist()) == set(VALUES)
    peak = shop.times[np.argmax(shop.values)]
    assert 0 <= peak - (began + 30 * 60) < 60 + 11  # the sample stands until the next one; points are 11 s apart
    assert chart.start is not None
    assert chart.end is not None
    assert chart.start <= shop.times[0]
    assert chart.end >= shop.times[-1]
    assert (round(1000 * chart.end) / 1000, chart.tz) == (chart.end, "Europe/Madrid")
    assert any(fact.kind == "anomaly" and "queue_length shop" in fact.series for fact in facts(chart).facts)


def test_a_query_up_to_now_loses_no_last_point(watched: tuple[str, int]) -> None:
    chart = chart_of_prometheus(watched[0], "vector(7)", hours=0.01, title="", tz="UTC")
    (series,) = chart.series
    assert chart.end is not None
    assert 0 <= chart.end - series.times[-1] < 1.0  # step: one second
    assert set(series.values.tolist()) == {7.0}


def test_numbers_that_are_none_and_queries_without_series(watched: tuple[str, int]) -> None:
    odd = chart_of_prometheus(watched[0], "odd", hours=3, title="", tz="UTC")
    assert np.isnan(odd.series[0].values).all()
    assert any(fact.note == "all_missing" for fact in facts(odd).facts)
    none = chart_of_prometheus(watched[0], "no_such_metric", hours=3, title="", tz="UTC")
    assert none.series == ()
    assert any(fact.note == "empty" for fact in facts(none).facts)


def test_where_nothing_listens_nothing_answers() -> None:
    with socket.socket() as taken:  # bound and not listening: whoever connects is refused
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(UpstreamError, match=f"nothing answers at {url}: .*is Prometheus running there"):
            chart_of_prometheus(url, "up", hours=1, title="", tz="UTC")


def test_what_prometheus_refuses_is_told_in_its_words(watched: tuple[str, int]) -> None:
    with pytest.raises(UpstreamError, match=r"refused the query.*parse error"):
        chart_of_prometheus(watched[0], "rate(", hours=1, title="", tz="UTC")
    with pytest.raises(ConfigError, match="--query is missing"):
        chart_of_prometheus(watched[0], "  ", hours=1, title="", tz="UTC")


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Welcome to nginx", b"[1, 2]", b"null", b'{"status":"success","data":[]}', b'{"status":"success"}',
        b'{"status":"success","data":{"result":[[1]]}}', b'{"status":"success","data":{"result":[{"values":[[1]]}]}}',
        b'{"status":"success","data":{"result":[{"values":[["x","y"]]}]}}',
        b'{"status":"success","data":{"result":[{"metric":5,"values":[[1,"2"]]}]}}',
        b'{"status":"success","data":{"result":[{"metric":{},"values":[[1,{}]]}]}}',
        b"\xff" * 100, b'{"a":' * 5000,
    ],
)  # fmt: skip
def test_a_server_that_is_no_prometheus_is_said_to_be_none(body: bytes) -> None:
    class Page(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        with pytest.raises(UpstreamError, match=r"does not answer as one|refused the query"):
            chart_of_prometheus(url, "up", hours=1, title="", tz="UTC")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_address_that_is_none_is_answered_by_nothing() -> None:
    with pytest.raises(UpstreamError, match="nothing answers at no address"):
        chart_of_prometheus("no address", "up", hours=1, title="", tz="UTC")


def a_database(path: Path) -> Path:
    """A SQLite file with the queue."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE queue (at INTEGER, length REAL)")
        connection.executemany("INSERT INTO queue VALUES (?, ?)", [(AT + 60 * i, v) for i, v in enumerate(VALUES)])
    connection.close()
    return path


def asked(folder: Path, sql: str, database: str = "") -> Chart:
    return chart_of_sql(Settings(data=folder), sql, title="Q", tz="UTC", time="at", database=database)


SELECT = "SELECT at, length FROM queue ORDER BY at"


def test_the_records_own_database_or_another(tmp_path: Path) -> None:
    a_database(tmp_path / "sereno.db")
    expected = ([AT + 60.0 * index for index in range(60)], VALUES)
    assert line(asked(tmp_path, SELECT)) == expected
    other = a_database(tmp_path / "with ? # % é.db")
    assert line(asked(tmp_path / "nowhere", SELECT, f"sqlite:{other}")) == expected


@pytest.mark.parametrize(
    ("sql", "told", "kind"),
    [
        ("DELETE FROM queue", "readonly", QueryError),
        ("CREATE TABLE evil (x)", "readonly", QueryError),
        ("SELECT missing FROM queue", "no such column", QueryError),
        ("SELECT at FROM queue; DROP TABLE queue", "one statement", QueryError),
        ("SELECT at, length FROM queue WHERE 0", "no rows", QueryError),
        ("PRAGMA user_version = 5", "readonly|no rows|failed", SerenoError),
        ("ATTACH 'other.db' AS other", "attached databases", QueryError),
        ("VACUUM INTO 'other.db'", "attached databases|transaction", QueryError),
    ],
)
def test_a_select_reads_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str, told: str, kind: type[SerenoError]
) -> None:
    monkeypatch.chdir(tmp_path)
    path = a_database(tmp_path / "sereno.db")
    before = path.read_bytes()
    with pytest.raises(kind, match=told):
        asked(tmp_path, sql)
    assert path.read_bytes() == before
    assert not (tmp_path / "other.db").exists()


@pytest.mark.parametrize(
    ("database", "told"),
    [
        ("sqlite:nowhere.db", "there is no database"),
        ("mysql://u@h/d", "expected sqlite:FILE or postgresql://"),
        ("postgresql+psycopg2://u@h/d", None),
        ("not a url", "expected sqlite:FILE or postgresql://"),
        ("", "there is no database"),
    ],
)
def test_a_database_that_is_none_is_refused(tmp_path: Path, database: str, told: str | None) -> None:
    # Any driver of PostgreSQL is ours; there is no host `h`, which is the database's trouble and not the address's.
    with pytest.raises(ConfigError if told else StoreError, match=told or "SELECT failed"):
        asked(tmp_path, SELECT, database)


def test_a_real_postgresql_is_only_read(tmp_path: Path) -> None:
    with postgres() as server:
        server.execute("CREATE TABLE queue (at timestamptz, length float8)")
        rows = ", ".join(f"(to_timestamp({AT + 60 * i}), {v})" for i, v in enumerate(VALUES))
        server.execute(f"INSERT INTO queue VALUES {rows}")
        chart = asked(tmp_path, SELECT, server.url())
        assert line(chart) == ([AT + 60.0 * index for index in range(60)], VALUES)
        with pytest.raises(QueryError, match="read-only transaction"):
            asked(tmp_path, "DELETE FROM queue RETURNING at, length", server.url())
        with pytest.raises(QueryError, match="does not exist"):
            asked(tmp_path, "SELECT missing FROM queue", server.url())
        assert server.execute("SELECT count(*) FROM queue") == [(60,)]


def test_the_records_own_postgresql_is_asked_where_none_is_named(tmp_path: Path) -> None:
    with postgres() as server:
        settings = Settings(data=tmp_path, store=StoreSection(url=server.url()))
        rows = "SELECT to_timestamp(60 * i) AS at, i % 7 AS length FROM generate_series(1, 60) AS i"
        chart = chart_of_sql(settings, rows, title="Q", tz="UTC", time="at")
        assert line(chart) == ([60.0 * i for i in range(1, 61)], [i % 7 for i in range(1, 61)])
        with pytest.raises(QueryError, match=r'^the SELECT is wrong: column "nope" does not exist$'):
            chart_of_sql(settings, "SELECT nope", title="Q", tz="UTC", time="at")
