"""Charts from where data lives: files, a Prometheus, the record's own database."""

from __future__ import annotations

import json
import sqlite3
import time as clock
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from sereno.assembly.store import is_postgres, store_address, store_path
from sereno.errors import ConfigError, QueryError, StoreError, UpstreamError
from sereno.explain.frame import Chart, Series
from sereno.explain.read import chart_of_json
from sereno.explain.tables import chart_of_table
from sereno.explain.written import delimiter_of

if TYPE_CHECKING:
    from sqlalchemy import URL

    from sereno.config.table import Settings

LARGEST = 1024 * 1024 * 1024
"""Bytes of a file."""
MOST_ANSWER = 64 * 1024 * 1024
MOST_ROWS = 1_000_000
MOST_HEADER = 65_536
_POINTS = 1_000
"""Points of a range query; Prometheus gives 11,000 at most."""


def chart_of_file(path: Path, *, title: str = "", time: str = "", tz: str = "UTC") -> Chart:
    """The chart of a CSV, Parquet or JSON file, told apart by its ending.

    Raises:
        ConfigError: the file cannot be read, or is of another kind.
        QueryError: it holds no chart.
    """
    import pyarrow as pa  # noqa: PLC0415  a tenth of a second, for those who read files
    from pyarrow import csv, parquet  # noqa: PLC0415  see above

    try:
        if path.stat().st_size > LARGEST:
            raise ConfigError(f"{path} has more than {LARGEST} bytes; export a shorter range")
        match path.suffix.lower():
            case ".csv" | ".tsv" | ".txt":
                with path.open("rb") as file:
                    header = file.readline(MOST_HEADER).decode("utf-8", "replace")
                parsing = csv.ParseOptions(delimiter="\t" if path.suffix.lower() == ".tsv" else delimiter_of(header))
                table: Any = csv.read_csv(path, parse_options=parsing)
            case ".parquet" | ".pq":
                table = parquet.read_table(path)
            case ".json":
                chart = chart_of_json(json.loads(path.read_bytes()))
                return msgspec.structs.replace(chart, title=title or chart.title)
            case _:
                raise ConfigError(f"{path} ends in none of .csv, .tsv, .parquet, .json")
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror or error}; expected a CSV, Parquet or JSON file"
        ) from None
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from None
    return chart_of_table(table, title=title or path.stem, time=time or None, tz=tz)


def chart_of_prometheus(url: str, query: str, *, hours: float, title: str, tz: str) -> Chart:
    """The chart of a range query on a Prometheus, up to now.

    Raises:
        ConfigError: the query is empty. UpstreamError: Prometheus does not answer, or refuses.
    """
    import httpx  # noqa: PLC0415  a fifth of a second, for those who ask

    if not query.strip():
        raise ConfigError("--query is missing; expected PromQL such as rate(llm_requests_total[5m])")
    end = round(clock.time(), 3)  # Prometheus counts milliseconds: a finer end would lie beyond the last point
    start = round(end - hours * 3600, 3)
    form = {
        "query": query,
        "start": f"{start:.3f}",
        "end": f"{end:.3f}",
        "step": f"{max(1.0, hours * 3600 / _POINTS):.0f}",
    }
    try:
        with httpx.Client(timeout=30.0, follow_redirects=False, trust_env=False) as client:
            answer = client.post(url.rstrip("/") + "/api/v1/query_range", data=form)
        said = msgspec.json.decode(answer.content[:MOST_ANSWER], type=_Answer)
        if said.data is None and said.status == "success":
            raise ValueError("its answer holds no data")  # noqa: TRY301  as what cannot be read, below
        frames = [_frame(one) for one in said.data.result] if said.data is not None else []
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise UpstreamError(f"nothing answers at {url}: {error}; is Prometheus running there?") from None
    except (httpx.HTTPError, ValueError, RecursionError) as error:
        raise UpstreamError(f"the Prometheus at {url} does not answer as one: {error}") from None
    if said.status != "success":
        told = said.error or f"it answered {answer.status_code}"
        raise UpstreamError(f"the Prometheus at {url} refused the query: {told}")
    document = {"frames": frames, "title": title, "tz": tz, "range": {"from": start * 1000, "to": end * 1000}}
    return chart_of_json(document)


class _Result(msgspec.Struct, frozen=True):
    metric: dict[str, str] = {}
    values: list[tuple[float, str]] = []


class _Data(msgspec.Struct, frozen=True):
    result: list[_Result]


class _Answer(msgspec.Struct, frozen=True):
    """https://prometheus.io/docs/prometheus/latest/querying/api/: of a range query."""

    status: str
    error: str = ""
    data: _Data | None = None


def _frame(result: _Result) -> dict[str, Any]:
    labels = dict(result.metric)
    name = labels.pop("__name__", "") or "value"
    points = result.values
    return {
        "name": name,
        "fields": [
            {"name": "time", "type": "time", "values": [1000 * at for at, _ in points]},
            {"name": name, "type": "number", "labels": labels, "values": [_value(text) for _, text in points]},
        ],
    }


def _value(text: str) -> float | str:
    return float(text) if text not in {"NaN", "+Inf", "-Inf"} else text


def chart_of_sql(settings: Settings, sql: str, *, title: str, tz: str, time: str, database: str = "") -> Chart:
    """The chart of a SELECT on a database, which is only read.

    Args:
        settings: name the record.
        sql: the SELECT.
        title: of the chart.
        tz: zone of the reader.
        time: column that holds the times, "" to find it.
        database: `sqlite:FILE` or `postgresql://USER@HOST:PORT/DATABASE`; "" is the record's own.

    Raises:
        ConfigError: the database's address is none. StoreError: it does not answer.
        QueryError: the SELECT is wrong, would write, or gives no chart.
    """
    import pyarrow as pa  # noqa: PLC0415  see `chart_of_file`
    from sqlalchemy import create_engine, event, text  # noqa: PLC0415  for those who ask
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415  see above

    engine = create_engine(_read_only(database, settings))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _attach_nothing)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SET TRANSACTION READ ONLY"))
            rows = connection.execute(text(sql))
            names = list(rows.keys())
            found = rows.fetchmany(MOST_ROWS)
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).strip()
        if _is_of_the_sql(getattr(error, "orig", None)):
            cause = cause.partition("\n")[0]  # PostgreSQL shows below where in the text that was
            raise QueryError("sql", f"the SELECT is wrong: {cause}", "one that this database understands") from None
        raise StoreError(f"the SELECT failed: {cause}") from None
    finally:
        engine.dispose()
    if not found:
        raise QueryError("sql", "the SELECT gave no rows", "a time column and columns of numbers")
    table = pa.table({name: [row[index] for row in found] for index, name in enumerate(names)})
    return chart_of_table(table, title=title, time=time or None, tz=tz)


def _attach_nothing(connection: sqlite3.Connection, _: object) -> None:
    """ATTACH and VACUUM INTO would make files, also beside a database that is only read."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)


def _is_of_the_sql(error: object) -> bool:
    """Whether it is the SELECT's fault, not the database's.

    PostgreSQL's classes 22 (data), 25 (it would write) and 42 (syntax, names); SQLite's plain error, and that it would
    write.
    """
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)  # none: Python refused it, as two statements
        return code & 0xFF in {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_READONLY}
    return str(getattr(error, "sqlstate", None) or "")[:2] in {"22", "25", "42"}


def _read_only(database: str, settings: Settings) -> URL:
    from sqlalchemy import URL, make_url  # noqa: PLC0415  for those who ask
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415  see above

    if not database and is_postgres(settings):
        from sereno.store.ledger.url import postgres_url  # noqa: PLC0415  see above

        return postgres_url(store_address(settings).conninfo)
    if not database or database.startswith("sqlite:"):
        path = Path(database.removeprefix("sqlite:")).expanduser() if database else store_path(settings)
        if not path.is_file():
            raise ConfigError(f"there is no database {path}; --database names another")
        return URL.create("sqlite", database=path.absolute().as_uri(), query={"mode": "ro", "uri": "true"})
    try:
        url = make_url(database)
    except ArgumentError:
        url = None
    if url is None or url.get_backend_name() != "postgresql":
        raise ConfigError("--database is none here; expected sqlite:FILE or postgresql://USER@HOST:PORT/DATABASE")
    return url.set(drivername="postgresql+psycopg")


def with_unit(chart: Chart, unit: str) -> Chart:
    """The chart with this unit on every series that has none."""
    if not unit:
        return chart
    series: tuple[Series, ...] = tuple(
        one if one.unit else msgspec.structs.replace(one, unit=unit) for one in chart.series
    )
    return msgspec.structs.replace(chart, series=series)
