"""The four formats carry the same rows."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from typing import Any

import pyarrow.parquet as pq
import pytest

from api.double import NOW, chat, record
from sereno.query.cells import neutralised
from sereno.query.export import export
from sereno.query.times import micros, parse_time

TEXTS = [
    "plain",
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    'quote " comma , newline \n end',
    "שלום",
    "🌙",
    "",
]
CALLS = [record(chat(t, t[::-1], serial=i, at=NOW - i, user=t or None, error="x" if i == 3 else None)).call
         for i, t in enumerate(TEXTS)]  # fmt: skip


def whole(form: Any) -> Any:
    return b"".join(export(CALLS, form))


def test_jsonl_csv_parquet_and_json_are_equal() -> Any:
    rows = json.loads(whole("json"))
    assert [json.loads(line) for line in whole("jsonl").splitlines()] == rows
    table = pq.read_table(io.BytesIO(whole("parquet"))).to_pylist()
    for row in table:
        row["timestamp"] = round(row["timestamp"].timestamp() * 1e6)
    assert table == [row | {"timestamp": micros(parse_time(row["timestamp"], 0))} for row in rows]
    cells = list(csv.DictReader(io.StringIO(whole("csv").decode(), newline="")))

    def cell(value: Any) -> Any:
        if isinstance(value, str):
            return neutralised(value)
        return "" if value is None else json.dumps(value)

    assert cells == [{name: cell(value) for name, value in row.items()} for row in rows]
    assert len(rows) == len(TEXTS)


@pytest.mark.parametrize("text", [t for t in TEXTS if t[:1] in "=+-@\t\r" and t])
def test_no_csv_cell_begins_as_a_formula(text: Any) -> None:
    assert neutralised(text) == "'" + text
    for line in csv.reader(io.StringIO(whole("csv").decode(), newline="")):
        assert not any(cell[:1] in tuple("=+-@\t\r") for cell in line)


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "parquet"])
def test_no_calls_give_a_valid_empty_file(form: Any) -> None:
    data = b"".join(export([], form))
    if form == "json":
        assert json.loads(data) == []
    elif form == "parquet":
        assert pq.read_table(io.BytesIO(data)).num_rows == 0
    else:
        assert data.count(b"\n") == (form == "csv")


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "parquet"])
def test_a_hundred_thousand_rows_take_bounded_memory(form: Any) -> None:
    tracemalloc.start()
    try:
        size = sum(len(piece) for piece in export((CALLS[0] for _ in range(100_000)), form))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size > 10_000
    assert peak < 40 << 20


def test_an_error_of_the_store_ends_no_file() -> Any:
    def failing() -> Any:
        yield CALLS[0]
        raise OSError("disk gone")

    for form in ("json", "jsonl", "csv", "parquet"):
        with pytest.raises(OSError, match="disk gone"):
            list(export(failing(), form))
