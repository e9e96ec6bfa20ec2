"""Daily prices from Yahoo Finance, through yfinance: a year a request, with pauses that grow when it says no.

Yahoo limits how often it is asked and says so with 429. Each year is kept as soon as it is there, so an interrupted
download goes on where it ended.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from math import isfinite
from typing import Any

from sereno.errors import ConfigError, UpstreamError
from sereno.ingest.bar import Bar

TRIES = 6
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 60.0
"""Seconds; each pause is twice the one before, with jitter."""

Fetch = Callable[[str, date, date], list[Bar]]
"""Asks for the days of a symbol from the first date to before the second."""


class BusyError(Exception):
    """The source asks to come back later."""


def years(start: date, until: date) -> Iterator[tuple[date, date]]:
    """A range of days cut at New Year: pairs of first day and day after the last.

    >>> list(years(date(2023, 6, 1), date(2024, 2, 1)))
    [(datetime.date(2023, 6, 1), datetime.date(2024, 1, 1)), (datetime.date(2024, 1, 1), datetime.date(2024, 2, 1))]
    """
    while start < until:
        end = min(date(start.year + 1, 1, 1), until)
        yield start, end
        start = end


def patiently(
    fetch: Fetch,
    symbol: str,
    start: date,
    end: date,
    sleep: Callable[[float], None],
    say: Callable[[str], None],
) -> list[Bar]:
    """Ask, and ask again after a pause, while the source is busy or out of reach.

    Raises:
        UpstreamError: it stayed so over `TRIES` tries; what was kept before stays.
    """
    for attempt in range(TRIES):
        try:
            return fetch(symbol, start, end)
        except BusyError as error:
            if attempt == TRIES - 1:
                raise UpstreamError(
                    f"Yahoo Finance did not answer {TRIES} times ({error}). What came before is kept: run the same"
                    " command again later, or use --csv FILE or --sample."
                ) from error
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt) * random.uniform(0.75, 1.25)  # noqa: S311  jitter
            say(f"{error}; trying again in {pause:.0f} s")
            sleep(pause)
    raise AssertionError("unreachable")


def yahoo() -> Fetch:
    """Asks Yahoo Finance.

    Raises:
        ConfigError: yfinance is not installed.
    """
    try:
        import yfinance  # noqa: PLC0415  an extra, and slow to import
        from yfinance.exceptions import YFPricesMissingError, YFRateLimitError, YFTzMissingError  # noqa: PLC0415  same
    except ImportError as error:
        raise ConfigError("--yahoo needs the package yfinance; pip install 'sereno[ingest]'") from error

    logging.getLogger("yfinance").setLevel(logging.CRITICAL)  # it tells every failure itself, in its own words

    def fetch(symbol: str, start: date, end: date) -> list[Bar]:
        try:
            table = yfinance.Ticker(symbol).history(
                start=start.isoformat(), end=end.isoformat(), interval="1d", auto_adjust=False, actions=False,
                raise_errors=True, timeout=30,
            )  # fmt: skip
        except YFPricesMissingError:
            return []  # a range of holidays, or before the first day
        except YFRateLimitError as error:
            raise BusyError("Yahoo Finance says too many requests") from error
        except YFTzMissingError as error:  # what it says of an unknown symbol, and of a network that failed before
            raise BusyError(f"Yahoo Finance cannot be reached, or knows no symbol {symbol}") from error
        except Exception as error:  # curl's and yfinance's own kinds are many and change
            reason = str(error).split(". See ", maxsplit=1)[0][:120] or type(error).__name__
            raise BusyError(f"Yahoo Finance cannot be reached ({reason})") from error
        return bars_of(table)

    return fetch


def bars_of(table: Any) -> list[Bar]:
    """A table of yfinance as days; days without a price are left out, as are those of no trading."""
    bars = []
    for moment, row in table.iterrows():
        prices = {name: float(row[name.capitalize()]) for name in ("open", "high", "low", "close")}
        if not all(isfinite(value) for value in prices.values()):
            continue
        adjusted = float(row.get("Adj Close", float("nan")))
        volume = float(row.get("Volume", float("nan")))
        bar = Bar(
            day=moment.date(),
            adj_close=adjusted if isfinite(adjusted) else None,
            volume=int(volume) if isfinite(volume) else None,
            **prices,
        )
        if bar.trouble() is None:
            bars.append(bar)
    return bars


def next_start(last: date | None, wanted: date) -> date:
    """Where to begin: the day after the last one kept, or the first wanted."""
    return wanted if last is None else max(wanted, last + timedelta(days=1))
