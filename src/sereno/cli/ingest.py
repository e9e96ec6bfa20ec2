"""`sereno ingest sp500`: daily prices of the S&P 500 into a database, to have real charts to look at."""

from __future__ import annotations

import gzip
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from sereno.cli.progress import progress
from sereno.errors import ConfigError
from sereno.ingest.bar import Bar
from sereno.ingest.csv_bars import read_bars
from sereno.ingest.prices import Prices
from sereno.ingest.sample import sample_bars
from sereno.ingest.yahoo import next_start, patiently, yahoo, years

app = typer.Typer(help="Bring real series into a database.", add_completion=False)
SYMBOL = "^GSPC"
FIRST = date(1999, 1, 4)
"""Where the sample begins; Yahoo has days back to 1927."""


@app.callback()
def ingest() -> None:
    """Bring real series into a database."""


@app.command("sp500")
def sp500(
    *,
    csv_file: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="A CSV (also .gz), as Yahoo, Stooq or pandas write."),
    ] = None,
    from_yahoo: Annotated[bool, typer.Option("--yahoo", help="Ask Yahoo Finance; goes on where it ended.")] = False,
    from_sample: Annotated[bool, typer.Option("--sample", help="Daily days 1999-2018; needs no network.")] = False,
    to: Annotated[
        str, typer.Option(metavar="URL", help="sqlite:FILE or postgresql://USER@HOST:PORT/DATABASE.")
    ] = "sqlite:sp500.db",
    symbol: Annotated[str, typer.Option(help="The symbol the days are kept under, and asked of Yahoo.")] = SYMBOL,
    start: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], metavar="DATE", help="First day for --yahoo.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], metavar="DATE", help="Last day for --yahoo.")
    ] = None,
    date_format: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="Of the dates in the CSV, such as %d/%m/%Y.")
    ] = None,
    password_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Holds the database's password; else PGPASSWORD counts.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Daily prices into the table stock_prices(symbol, day, open, high, low, close, adj_close, volume).

    Days that are there already are left alone, so everything can be run again. A file is taken whole or not at all.
    """
    if sum((csv_file is not None, from_yahoo, from_sample)) != 1:
        raise ConfigError("say where the prices come from: one of --csv FILE, --yahoo, --sample")
    if not from_yahoo and (start or until):
        raise ConfigError("--from and --until belong to --yahoo; a file is taken whole")
    read = None if from_yahoo else sample_bars() if csv_file is None else _file(csv_file, date_format)
    prices = Prices(to, _password(password_file))
    try:
        if read is not None:
            days, new = len(read), prices.add(symbol, read)
        else:
            first = start.date() if start else FIRST
            end = (until.date() if until else datetime.now(UTC).date()) + timedelta(days=1)
            days, new = _download(prices, symbol, first, end)
        last = prices.last_day(symbol)
    finally:
        prices.close()
    if as_json:
        print(json.dumps({"symbol": symbol, "days": days, "new": new, "last_day": None if last is None else str(last),
                          "database": prices.shown, "hypertable": prices.hypertable}))  # fmt: skip
    else:
        print(f"{days:,} days read, {new:,} new, last {last or 'none'}: {prices.shown}, table stock_prices")


def _file(path: Path, date_format: str | None) -> list[Bar]:
    try:
        raw = path.read_bytes()
        data = gzip.decompress(raw) if path.suffix == ".gz" else raw
    except (OSError, EOFError) as error:
        raise ConfigError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    try:
        return read_bars(data.decode().splitlines(keepends=True), str(path), date_format)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is no UTF-8 text: byte {error.start}") from error


def _password(path: Path | None) -> str | None:
    if path is None:
        return os.environ.get("PGPASSWORD") or None
    try:
        return path.read_text().strip()
    except OSError as error:
        raise ConfigError(f"--password-file {path} cannot be read: {error.strerror}") from error


def _download(
    prices: Prices, symbol: str, first: date, end: date, sleep: Callable[[float], None] = time.sleep
) -> tuple[int, int]:
    fetch, begin = yahoo(), next_start(prices.last_day(symbol), first)
    days = new = 0
    with progress("asking Yahoo", max(0, (end - begin).days), amount="days") as bar:
        for start, until in years(begin, end):
            bars = patiently(fetch, symbol, start, until, sleep, lambda text: print(text, file=sys.stderr))
            days += len(bars)
            new += prices.add(symbol, bars)
            bar.reach((until - begin).days)
    return days, new
