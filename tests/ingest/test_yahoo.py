"""Yahoo Finance, played by a server on this machine: the real yfinance asks, waits when told, goes on where it was."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("yfinance", reason="the extra `ingest` is not installed")

from sereno.cli.ingest import _download
from sereno.errors import UpstreamError
from sereno.ingest.bar import Bar
from sereno.ingest.prices import Prices
from sereno.ingest.yahoo import TRIES, BusyError, patiently, yahoo, years

EXCHANGE = timedelta(hours=14, minutes=30)  # 09:30 in New York, winter


class _Chart(BaseHTTPRequestHandler):
    """The chart API: days that are Mondays to Fridays, closing at the day's ordinal."""

    refuse = 0
    asked: list[tuple[date, date]] = []  # noqa: RUF012  reset by the fixture

    def do_GET(self) -> None:
        given = parse_qs(urlsplit(self.path).query)
        if "period1" not in given:  # asked for the zone only
            return self._answer(200, [])
        if type(self).refuse > 0:
            type(self).refuse -= 1
            return self._answer(429, [])
        start, end = (datetime.fromtimestamp(int(given[name][0]), UTC).date() for name in ("period1", "period2"))
        type(self).asked.append((start, end))
        days = [start + timedelta(days=n) for n in range((end - start).days)]
        return self._answer(200, [day for day in days if day.weekday() < 5])

    def _answer(self, status: int, days: list[date]) -> None:
        moments = [datetime(day.year, day.month, day.day, tzinfo=UTC) + EXCHANGE for day in days]
        close = [float(day.toordinal()) for day in days]
        meta = {
            "currency": "USD", "symbol": "^GSPC", "exchangeName": "SNP", "instrumentType": "INDEX", "priceHint": 2,
            "exchangeTimezoneName": "America/New_York", "timezone": "EST", "gmtoffset": -18000,
            "firstTradeDate": -1325583000, "regularMarketPrice": 1.0, "dataGranularity": "1d", "range": "",
            "validRanges": ["1d", "max"],
            "currentTradingPeriod": {
                part: {"timezone": "EST", "start": 1704205800, "end": 1704229200, "gmtoffset": -18000}
                for part in ("pre", "regular", "post")
            },
        }  # fmt: skip
        quote = {"open": close, "high": [c + 1 for c in close], "low": [c - 1 for c in close], "close": close,
                 "volume": [1000] * len(close)}  # fmt: skip
        result: dict[str, Any] = {"meta": meta, "indicators": {"quote": [quote], "adjclose": [{"adjclose": close}]}}
        if days:
            result["timestamp"] = [int(moment.timestamp()) for moment in moments]
        body = json.dumps({"chart": {"result": [result], "error": None}}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def chart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[type[_Chart]]:
    import yfinance

    class Handler(_Chart):
        refuse = 0
        asked: list[tuple[date, date]] = []  # noqa: RUF012  of this test

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setattr("yfinance.base._BASE_URL_", address)
    monkeypatch.setattr("yfinance.scrapers.history._BASE_URL_", address)
    monkeypatch.setattr("yfinance.data.YfData._get_cookie_and_crumb", lambda _self, *_: (None, "basic"))
    yfinance.set_tz_cache_location(str(tmp_path / "zones"))
    yield Handler
    server.shutdown()
    server.server_close()


@pytest.mark.filterwarnings("ignore")  # pandas and yfinance warn of each other's versions
def test_a_download_is_kept_year_by_year_and_goes_on_where_it_ended(chart: type[_Chart], tmp_path: Path) -> None:
    prices, pauses = Prices(f"sqlite:{tmp_path / 'p.db'}"), list[float]()
    chart.refuse = 4  # yfinance itself asks twice
    days, new = _download(prices, "^GSPC", date(2023, 12, 28), date(2024, 1, 4), pauses.append)
    assert (days, new) == (5, 5)  # 28 and 29 December, 1, 2 and 3 January
    assert len(pauses) == 2
    assert pauses[0] < pauses[1]
    chart.asked.clear()
    days, new = _download(prices, "^GSPC", date(2023, 12, 28), date(2024, 1, 6), pauses.append)
    assert (days, new) == (2, 2)
    assert min(start for start, _ in chart.asked) == date(2024, 1, 4)  # only what was missing is asked for
    prices.close()
    with sqlite3.connect(tmp_path / "p.db") as connection:
        closes = dict(connection.execute("SELECT day, close FROM stock_prices"))
    assert closes["2024-01-02"] == date(2024, 1, 2).toordinal()
    assert "2023-12-30" not in closes


@pytest.mark.filterwarnings("ignore")
def test_a_source_that_stays_busy_is_told_and_what_came_before_is_kept(chart: type[_Chart], tmp_path: Path) -> None:
    prices = Prices(f"sqlite:{tmp_path / 'p.db'}")
    prices.add("^GSPC", [Bar(day=date(2024, 1, 2), open=1, high=1, low=1, close=1)])
    chart.refuse = 1000
    with pytest.raises(UpstreamError, match=f"did not answer {TRIES} times .*too many requests.*is kept"):
        _download(prices, "^GSPC", date(2024, 1, 2), date(2024, 1, 9), lambda _: None)
    assert prices.last_day("^GSPC") == date(2024, 1, 2)
    prices.close()


def test_an_address_that_is_away_counts_as_busy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import yfinance

    monkeypatch.setattr("yfinance.base._BASE_URL_", "http://127.0.0.1:1")
    monkeypatch.setattr("yfinance.scrapers.history._BASE_URL_", "http://127.0.0.1:1")
    monkeypatch.setattr("yfinance.data.YfData._get_cookie_and_crumb", lambda _self, *_: (None, "basic"))
    yfinance.set_tz_cache_location(str(tmp_path / "zones"))
    with pytest.raises(BusyError, match="cannot be reached"):
        yahoo()("NOPE", date(2024, 1, 1), date(2024, 1, 5))


def test_pauses_grow_and_are_bounded() -> None:
    pauses = list[float]()

    def busy(*_: object) -> list[Bar]:
        raise BusyError("busy")

    with pytest.raises(UpstreamError):
        patiently(busy, "X", date(2024, 1, 1), date(2024, 1, 2), pauses.append, lambda _: None)
    assert len(pauses) == TRIES - 1
    assert all(1.5 * 2**n <= pause <= min(75.0, 2.5 * 2**n) for n, pause in enumerate(pauses))


def test_years_cover_a_range_once() -> None:
    cut = list(years(date(2020, 2, 29), date(2023, 1, 1)))
    assert cut[0][0] == date(2020, 2, 29)
    assert cut[-1][1] == date(2023, 1, 1)
    assert all(before[1] == after[0] for before, after in pairwise(cut))
    assert list(years(date(2024, 1, 1), date(2024, 1, 1))) == []
