"""CSV files of prices: the forms people have, and sentences for those that are none."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.errors import ConfigError
from sereno.ingest.bar import Bar
from sereno.ingest.csv_bars import read_bars
from sereno.ingest.days import day_format
from sereno.ingest.sample import sample_bars

YAHOO = "Date,Open,High,Low,Close,Adj Close,Volume\n2018-12-31,2498.94,2509.24,2482.82,2506.85,2506.85,3442870000\n"
INVESTING = (
    '"Date","Price","Open","High","Low","Vol.","Change %"\n'
    '"12/31/2018","2,506.85","2,498.94","2,509.24","2,482.82","3.44B","0.85%"\n'
)
NASDAQ = "Date,Close/Last,Volume,Open,High,Low\n12/31/2018,$2506.85,--,$2498.94,$2509.24,$2482.82\n".replace("--", "-")


@pytest.mark.parametrize("text", [YAHOO, "\ufeff" + YAHOO, INVESTING, NASDAQ, YAHOO.replace("\n", "\r\n")])
def test_the_same_day_in_the_forms_people_have(text: str) -> None:
    (bar,) = read_bars(io.StringIO(text, newline=""), "x.csv")
    assert (bar.day, bar.open, bar.high, bar.low, bar.close) == (date(2018, 12, 31), 2498.94, 2509.24, 2482.82, 2506.85)


def test_the_sample_is_what_the_exchange_recorded() -> None:
    bars = sample_bars()
    by_day = {bar.day: bar for bar in bars}
    assert len(bars) == 5031
    assert (bars[0].day, bars[-1].day) == (date(1999, 1, 4), date(2018, 12, 31))
    assert by_day[date(2009, 3, 9)].close == pytest.approx(676.53, abs=0.005)  # the low of the crisis
    assert by_day[date(2000, 3, 24)].close == pytest.approx(1527.46, abs=0.005)  # the high of the bubble
    assert all(bar.trouble() is None for bar in bars)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty; expected a first line such as Date,Open"),
        ("Date,Open\n", "no column high, low, close; its first line is 'Date,Open'"),
        ("Open,High,Low,Close\n1,1,1,1\n", "no column date"),
        ("Date,Open,High,Low,Close\n", "no days below"),
        (YAHOO + "2018-12-28,1,2\n", "line 3: 3 columns; expected 7"),
        (YAHOO + "2018-12-28,1,2,0.5,x,1,1\n", "line 3, column close: 'x' is no number"),
        (YAHOO + "2018-12-28,1,2,0.5,nine,1,1\n", "'nine' is no number"),
        (YAHOO + "2018-12-28,1,2,3,1,1,1\n", "line 3: low 3 and high 2 are no range"),
        (YAHOO + "2018-12-28,1,2,0.5,9,1,1\n", "line 3: close 9 is outside low 0.5 and high 2"),
        (YAHOO + "yesterday,1,2,0.5,1,1,1\n", "'yesterday' is no date"),
        (YAHOO + YAHOO.splitlines()[1].replace("2506.85,2", "2500.00,2") + "\n", "says two things of 2018-12-31"),
        ("Date,Open,High,Low,Close\n1/2/2018,1,1,1,1\n", "day/month or month/day.*--date-format"),
        ("Date,Open,High,Low,Close\n2018-01-02,1\x00,1,1,1\n", "zero byte"),
    ],
)
def test_what_is_no_table_of_prices_is_told(text: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        read_bars(io.StringIO(text, newline=""), "prices.csv")


def test_a_day_without_trading_is_left_out_and_one_said_twice_counts_once() -> None:
    again = YAHOO.splitlines()[1] + "\n"
    bars = read_bars(io.StringIO(YAHOO + again + "2018-12-30,null,null,null,null,null,null\n"), "x")
    assert [bar.day for bar in bars] == [date(2018, 12, 31)]


def test_one_date_decides_for_the_whole_file() -> None:
    assert day_format(["1/2/2018", "13/2/2018"]) == "%d/%m/%Y"
    assert day_format(["1/2/2018", "2/13/2018"]) == "%m/%d/%Y"
    assert day_format(["3/3/2018"]) in {"%d/%m/%Y", "%m/%d/%Y"}  # the same day either way


PRICES = st.floats(min_value=0.01, max_value=1e6).map(lambda value: round(value, 4))


@st.composite
def _bar(draw: st.DrawFn, day: date) -> Bar:
    low, high = sorted((draw(PRICES), draw(PRICES)))
    inside = st.sampled_from([low, high, min(high, max(low, round((low + high) / 2, 4)))])
    return Bar(
        day=day, open=draw(inside), high=high, low=low, close=draw(inside),
        adj_close=draw(st.none() | PRICES), volume=draw(st.none() | st.integers(0, 10**12)),
    )  # fmt: skip


@st.composite
def _days(draw: st.DrawFn) -> list[Bar]:
    first = date(1990, 1, 1)
    offsets = sorted(draw(st.sets(st.integers(0, 12000), min_size=1, max_size=20)))
    return [draw(_bar(first + timedelta(days=offset))) for offset in offsets]


@given(_days(), st.randoms())
def test_what_is_written_is_read_in_any_order(bars: list[Bar], luck: object) -> None:
    lines = [[bar.day.isoformat(), bar.open, bar.high, bar.low, bar.close, bar.adj_close, bar.volume] for bar in bars]
    luck.shuffle(lines)  # type: ignore[attr-defined]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["Date", "Open", "High", "Low", "Close", "Adj Close", "Volume"], *lines])
    assert read_bars(io.StringIO(out.getvalue(), newline=""), "x") == bars
