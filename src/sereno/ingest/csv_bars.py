"""CSV files of prices, as Yahoo, Stooq, investing.com, Nasdaq and pandas write them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime

from sereno.errors import ConfigError
from sereno.ingest.bar import Bar
from sereno.ingest.days import day_format

NAMES = {
    "day": ("date", "day", "time", "datetime", "timestamp", "fecha"),
    "open": ("open", "apertura"),
    "high": ("high", "max", "máximo"),
    "low": ("low", "min", "mínimo"),
    "close": ("close", "close/last", "price", "last", "último", "cierre"),
    "adj_close": ("adj close", "adjusted close", "adj_close", "adjclose"),
    "volume": ("volume", "vol.", "vol", "volumen"),
}
"""How files name their columns, in lower case; the first that is there counts."""
NEEDED = ("day", "open", "high", "low", "close")
NONE = frozenset({"", "-", "null", "nan", "n/a", "none"})
LETTERS = {"k": 1e3, "m": 1e6, "b": 1e9}


def read_bars(lines: Iterable[str], name: str, date_format: str | None = None) -> list[Bar]:
    """Every day of a file, oldest first.

    Args:
        lines: the file, decoded.
        name: what it is called in sentences.
        date_format: as `strptime` has it; None: found out over the whole file.

    Raises:
        ConfigError: the file is no such table; names line, column, what was found and what was expected.
    """
    rows = csv.reader(_clean(lines), delimiter=",", strict=True)
    try:
        header = next(rows, None)
        columns = _columns(header, name)
        found = [(rows.line_num, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise ConfigError(f"{name}, line {rows.line_num}: {error}; expected comma-separated values") from error
    for line, row in found:
        if len(row) != len(header or ()):
            raise ConfigError(
                f"{name}, line {line}: {len(row)} columns; expected {len(header or ())} as in the first line"
            )
    if not found:
        raise ConfigError(f"{name} has a first line but no days below it")
    dates = [row[columns["day"]].strip() for _, row in found]
    try:
        pattern = date_format or day_format(dates)
    except ValueError as error:
        raise ConfigError(f"{name}: {error}") from error
    bars = [bar for line, row in found if (bar := _bar(row, columns, pattern, f"{name}, line {line}")) is not None]
    return _ordered(bars, name)


def _clean(lines: Iterable[str]) -> Iterable[str]:
    for number, line in enumerate(lines):
        if "\0" in line:
            raise ConfigError(f"line {number + 1} holds a zero byte: this is no text file")
        yield line.removeprefix("\ufeff") if number == 0 else line


def _columns(header: Sequence[str] | None, name: str) -> dict[str, int]:
    if not header:
        raise ConfigError(f"{name} is empty; expected a first line such as Date,Open,High,Low,Close,Adj Close,Volume")
    titles = [title.strip().lower() for title in header]
    columns = {
        field: titles.index(known)
        for field, names in NAMES.items()
        for known in [next((candidate for candidate in names if candidate in titles), None)]
        if known is not None
    }
    missing = [field for field in NEEDED if field not in columns]
    if missing:
        wanted = ", ".join("date" if field == "day" else field for field in missing)
        raise ConfigError(f"{name} has no column {wanted}; its first line is {','.join(header)[:200]!r}")
    return columns


def _bar(row: Sequence[str], columns: dict[str, int], pattern: str, where: str) -> Bar | None:
    """One line; None for a day without trading (all prices empty), as some files have them."""
    cells = {field: row[index].strip() for field, index in columns.items()}
    if all(cells[field].lower() in NONE for field in NEEDED[1:]):
        return None
    text = cells["day"][:10] if pattern == "%Y-%m-%d" else cells["day"]
    try:
        day = datetime.strptime(text, pattern).date()  # noqa: DTZ007  a day of an exchange has no zone
    except ValueError as error:
        raise ConfigError(f"{where}: {cells['day']!r} is no date of the form {pattern}") from error
    prices = {field: _number(cells[field], f"{where}, column {field}") for field in NEEDED[1:]}
    optional = {
        field: _number(cells[field], f"{where}, column {field}")
        for field in ("adj_close", "volume")
        if field in cells and cells[field].lower() not in NONE
    }
    volume = optional.get("volume")
    bar = Bar(
        day=day,
        open=prices["open"],
        high=prices["high"],
        low=prices["low"],
        close=prices["close"],
        adj_close=optional.get("adj_close"),
        volume=None if volume is None else round(volume),
    )
    trouble = bar.trouble()
    if trouble is not None:
        raise ConfigError(f"{where}: {trouble}")
    return bar


def _number(text: str, where: str) -> float:
    """A price or a volume: 2,506.85 and $2506.85 and 3.4B."""
    plain = text.replace(",", "").replace("$", "").strip()
    factor = LETTERS.get(plain[-1:].lower(), 1.0)
    digits = plain[:-1] if factor != 1.0 else plain
    try:
        value = float(digits) * factor
    except ValueError:
        value = float("nan")
    if not -1e18 < value < 1e18:
        raise ConfigError(f"{where}: {text[:40]!r} is no number")
    return value


def _ordered(bars: list[Bar], name: str) -> list[Bar]:
    kept: list[Bar] = []
    for bar in sorted(bars, key=lambda bar: bar.day):
        if kept and kept[-1].day == bar.day:
            if kept[-1] != bar:
                raise ConfigError(f"{name} says two things of {bar.day}: close {kept[-1].close:g} and {bar.close:g}")
            continue
        kept.append(bar)
    return kept
