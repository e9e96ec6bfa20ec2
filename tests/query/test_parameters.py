"""Every parameter refuses what it cannot mean, and says so."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.calls import id_text
from sereno.errors import QueryError
from sereno.query.cursor import decode_cursor, encode_cursor
from sereno.query.fields import FILTERS, FORMAT, INTERVAL, PAGING, TIMEZONE, Field
from sereno.query.parameters import read
from sereno.query.problems import Problem
from sereno.query.times import parse_time, rfc3339
from sereno.store.base import Cursor, Sort

FIELDS = (*FILTERS, *PAGING, INTERVAL, TIMEZONE, FORMAT)
WRONG_BY_KIND = {
    "text": ["a\x00b", "x" * 1001, "line\nbreak"],
    "name": ["x" * 257],
    "time": ["yesterday", "2026-13-01", "2026-11-21T25:00:00Z", "2026-11-21T10:00:00", "-1", "1e400", "99999999999999"],
    "integer": ["-2", "1.5", "abc", "１", "0x10", "99999999999999999999", "1_000"],  # noqa: RUF001  # digits of other scripts are meant
    "seconds": ["-0.5", "nan", "inf", "1e3", "abc", "99999999999"],
    "choice": ["nonsense", "SUCCESS"],
    "cursor": ["x", "kwHL", "é", "a" * 100, "kwHLf_gAAAAAAADEEAGS8KGyw33vgSNFZ4mrze8"],
    "timezone": ["Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe/Madrid\x00"],
}


@pytest.mark.parametrize(
    ("field", "value"),
    [(f, v) for f in FIELDS for v in WRONG_BY_KIND[f.kind]],
    ids=lambda v: getattr(v, "name", ascii(v)),
)
def test_a_wrong_value_is_named_with_what_was_expected(field: Any, value: Any) -> None:
    with pytest.raises(QueryError) as caught:
        read([(field.name, value)], FIELDS, 1e9)
    assert caught.value.parameter == field.name
    assert caught.value.expected


@pytest.mark.parametrize("field", [f for f in FIELDS if f.example], ids=lambda f: f.name)
def test_every_example_of_the_table_is_accepted(field: Any) -> None:
    assert field.name in read([(field.name, field.example)], FIELDS, 1e9).given


@pytest.mark.parametrize("field", FIELDS, ids=lambda f: f.name)
def test_an_empty_value_counts_as_left_out_and_a_repeated_one_is_refused(field: Any) -> None:
    assert read([(field.name, "")], FIELDS, 1e9).given == {}
    with pytest.raises(QueryError, match="twice"):
        read([(field.name, field.example), (field.name, field.example)], FIELDS, 1e9)


@pytest.mark.parametrize("name", [" ada ", "a\nb", "\x00", "\u202enight", "🌙"])
def test_a_name_is_asked_for_exactly_as_it_is(name: str) -> None:
    query = read([("user", name), ("session", name)], FIELDS, 1e9).query()
    assert (query.user, query.session) == (name, name)


def test_an_unknown_name_is_answered_with_near_ones() -> None:
    with pytest.raises(Problem, match="`limit`") as caught:
        read([("limt", "5")], FIELDS, 1e9)
    assert (caught.value.status, caught.value.parameter) == (400, "limt")


@pytest.mark.parametrize(
    ("pairs", "named"),
    [
        ([("min_latency", "2"), ("max_latency", "1")], "min_latency"),
        ([("min_input_tokens", "2"), ("max_input_tokens", "1")], "min_input_tokens"),
        ([("start_time", "1h"), ("end_time", "2h")], "start_time"),
        ([("offset", "5"), ("cursor", encode_cursor(Cursor(1.0, id_text(bytes(16)))))], "offset"),
    ],
)
def test_contradictions_are_named(pairs: Any, named: Any) -> None:
    with pytest.raises(QueryError) as caught:
        read(pairs, FIELDS, 1e9)
    assert caught.value.parameter == named


# The instants are those of RFC 3339 §5.8's examples, computed with GNU date.
@pytest.mark.parametrize(
    ("text", "epoch"),
    [
        ("1985-04-12T23:20:50.52Z", 482196050.52),
        ("1996-12-19T16:39:57-08:00", 851042397.0),
        ("1990-12-31T23:59:60Z", 662688000.0),
        ("1763683200", 1763683200.0),
        ("1763683200.25", 1763683200.25),
        ("2025-11-21", 1763683200.0),
        ("now", 1000.0),
        ("10s", 990.0),
    ],
)
def test_times(text: Any, epoch: Any) -> None:
    assert parse_time(text, 1000.0) == epoch


@given(st.integers(0, 253370764799 * 10**6))
def test_a_time_survives_being_written(micros: Any) -> None:
    assert abs(parse_time(rfc3339(micros / 1e6), 0.0) - micros / 1e6) < 2e-5


@given(
    st.floats(0, 1e11), st.binary(min_size=16, max_size=16), st.sampled_from(get_args(Sort)),
    st.none() | st.floats(-1e18, 1e18),
)  # fmt: skip
def test_a_cursor_survives_being_written(at: Any, raw: Any, sort: Any, value: Any) -> None:
    cursor = Cursor(at, id_text(raw), sort, value)
    assert decode_cursor(encode_cursor(cursor)) == cursor


@given(st.text())
def test_any_other_text_is_no_cursor(text: Any) -> None:
    with pytest.raises(QueryError):
        decode_cursor(text)


@given(st.lists(st.tuples(st.sampled_from([f.name for f in FIELDS]), st.text())))
def test_any_parameters_give_values_or_a_named_problem(pairs: Any) -> None:
    try:
        read(pairs, FIELDS, 1e9).query()
    except (QueryError, Problem) as error:
        assert error.parameter  # noqa: PT017  # not raising is right too


def test_a_parameter_that_may_be_given_often_becomes_a_tuple_up_to_its_limit() -> None:
    field = Field(name="compare", kind="text", help="Which.", maximum=9, many=2)
    assert read([("compare", "b"), ("compare", ""), ("compare", "a")], (field,), 0.0).given == {"compare": ("b", "a")}
    with pytest.raises(QueryError, match="more than 2 times") as raised:
        read([("compare", "a")] * 3, (field,), 0.0)
    assert raised.value.parameter == "compare"
