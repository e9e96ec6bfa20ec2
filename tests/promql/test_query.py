"""Expressions are read as Prometheus reads them; hostile ones are refused, not survived."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.promql.query import Matcher, Selector, matchers, quoted, read


def test_selectors_come_in_the_order_of_the_text_with_their_conditions() -> None:
    query = read('sum by (code) (rate(a{x="1",y=~"b|c"}[5m])) / on (zone) group_left (rack) b{z!="2"} > bool 2')
    assert query.selectors == (
        Selector("a", (Matcher("x", "=", "1"), Matcher("y", "=~", "b|c"))),
        Selector("b", (Matcher("z", "!=", "2"),)),
    )
    assert set(query.grouped) == {"code", "zone", "rack"}
    assert query.ranges == (300.0,)


@pytest.mark.parametrize(
    ("text", "metrics"),
    [
        ("-(a or vector(1))", ["a"]),
        ("max_over_time(rate(a[5m])[1h:1m] offset 5m)", ["a"]),
        ('rate({__name__="a"}[5m])', ["a"]),
        ('{__name__=~"a.*"}', [None]),
        ('topk(3, a{x="1" or x="2"})', ["a", "a"]),
        ("quantile_over_time(0.5, a[5m]) + b @ end()", ["a", "b"]),
        ("vector(1)", []),
    ],
)
def test_every_selector_is_found(text: str, metrics: list[str | None]) -> None:
    assert [selector.metric for selector in read(text).selectors] == metrics


def test_labels_that_an_expression_makes_are_told_apart() -> None:
    query = read('count_values("value", a) * on (host) label_replace(b, "host", "$1", "instance", "(.*):.*")')
    assert query.made == {"value", "host"}
    assert read("info(a)").makes_any


@pytest.mark.parametrize("text", ["", "sum(", "rate(a)", 'a{b="c"', 'a{b=~"("}', "a[5m", "sum(rate(a[{{.window}}]))"])
def test_what_is_no_promql_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(text)


@pytest.mark.parametrize("text", ["-" * 9000 + "a", "-+ " * 2500 + "a", "(" * 3000 + "a" + ")" * 3000, "a+" * 50_000])
def test_an_expression_that_would_break_the_parser_never_reaches_it(text: str) -> None:
    # In a process of its own: the parser's stack overflow would take the test run along.
    script = (
        "import sys\nfrom sereno.promql.query import read\ntry: read(sys.stdin.read())\nexcept ValueError: print('no')"
    )
    done = subprocess.run([sys.executable, "-c", script], input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "no\n")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_a_quoted_value_reads_back(value: str) -> None:
    assert matchers(f"label={quoted(value)}") == (Matcher("label", "=", value),)


@pytest.mark.parametrize(
    "text", ['__name__="x"', 'a="b"} or y{c="d"', "a=1", 'a="b"} + m{x="1"', 'a="b" or c="d"', "}"]
)
def test_conditions_cannot_leave_their_braces(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        matchers(text)


def test_no_conditions_are_conditions_too() -> None:
    assert matchers(" ") == ()
    assert matchers('a="x", b!~"y" # why') == (Matcher("a", "=", "x"), Matcher("b", "!~", "y"))
