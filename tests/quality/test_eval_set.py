"""Evaluation sets from files, what is wrong with them, and scores of answers."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.quality.errors import QualityError
from sereno.quality.eval_set import EvalSet, Item, read_eval_set
from sereno.quality.scoring import last_number, score


def item(**fields: Any) -> Item:
    return msgspec.convert({"id": "i", "prompt": "p", **fields}, Item)


def read(text: str, name: str = "set.yaml") -> EvalSet:
    return read_eval_set(name, text.encode())


ONE = "name: faq\nitems:\n- {id: a, prompt: 'What?', exact: This}\n- {id: b, prompt: 'Why?', contains: [x, y]}\n"


def test_yaml_and_json_lines_of_the_same_questions_have_the_same_digest() -> None:
    lines = '{"prompt": "What?", "id": "a", "exact": "This"}\n\n{"id": "b", "prompt": "Why?", "contains": ["x", "y"]}\n'
    first, second = read(ONE), read(lines, "other.jsonl")
    assert (first.name, second.name) == ("faq", "other")
    assert first.digest == second.digest
    assert read(ONE.replace("What?", "What!")).digest != first.digest


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no evaluation set"),
        ("items: []", "holds no items"),
        ("items: [1]", "item 1: Expected `object`"),
        ("items: [{id: a, prompt: p}]", "has no expectation"),
        ("items: [{id: a, prompt: p, exact: x, regex: y}]", "has exact and regex"),
        ("items: [{id: a, prompt: p, exact: x, extra: y}]", "unknown field `extra`"),
        ("items: [{id: a, prompt: p, exact: x}, {id: a, prompt: q, exact: x}]", "stands twice"),
        ("items: [{id: a, prompt: p, exact: []}]", "empty list"),
        ("items: [{id: a, prompt: p, regex: '(?=x)'}]", "no JSON Schema"),
        ("items: [{id: a, prompt: p, json_schema: {type: nonsense}}]", "no JSON Schema"),
        ("items: [{id: a, prompt: p, json_schema: {$ref: 'http://127.0.0.1:9/s'}}]", "not followed"),
        ("items: [{id: a, prompt: p, judge: {criteria: c}, label: good}]", "alone"),
        ("items: [{id: a, prompt: '', exact: x}]", "prompt of 1"),
        ("items: &a [*a]", "aliases"),
        ("items: [", "cannot be read as YAML"),
        ("!!python/object/apply:os.getcwd []", "cannot be read as YAML"),
    ],
)
def test_what_is_no_set_says_where(text: str, told: str) -> None:
    with pytest.raises(QualityError, match=told):
        read(text)


def test_bytes_that_are_no_text_and_lines_that_are_no_json() -> None:
    with pytest.raises(QualityError, match="not UTF-8"):
        read_eval_set("x.yaml", b"\xff\xfe")
    with pytest.raises(QualityError, match=r"x\.jsonl:2 is no JSON"):
        read_eval_set("x.jsonl", b'{"id": "a", "prompt": "p", "exact": "x"}\n{')


@pytest.mark.parametrize(
    ("expected", "answer", "right"),
    [
        ({"exact": "Paris"}, " **Paris**.\n", True),
        ({"exact": "Paris"}, "It is Paris", False),
        ({"exact": ["París", "Paris"]}, "paris", True),
        ({"contains": ["Ana", "31 years"]}, "ANA is 31\nyears old", True),
        ({"contains": ["Ana", "32"]}, "Ana is 31", False),
        ({"regex": r"^\d{3}$"}, "404", True),
        ({"regex": r"^(a+)+$"}, "a" * 40_000 + "!", False),
        ({"json_schema": {"type": "array"}}, "[1]", True),
        ({"json_schema": {"type": "array"}}, "```json\n[1]\n```", True),
        ({"json_schema": {"type": "array"}}, "Here: [1]", False),
        ({"json_schema": {"type": "array"}}, "{}", False),
        ({"number": {"value": 42}}, "17 + 25 = 42.", True),
        ({"number": {"value": 12.566, "tolerance": 0.1}}, "about 12.6", True),
        ({"number": {"value": 1000, "relative": 0.01}}, "1,009", True),
        ({"number": {"value": 1000, "relative": 0.01}}, "1,011", False),
        ({"number": {"value": 3}}, "three", False),
    ],
)
def test_scores(expected: dict[str, Any], answer: str, right: bool) -> None:
    assert score(item(**expected), answer) == float(right)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.56", 1234.56), ("1.234,56", 1234.56), ("1 234 567", 1234567.0), ("3,14", 3.14), ("0,125", 0.125),
        ("1,234", 1234.0), ("1.234", 1.234), ("−7", -7.0), ("2e3", 2000.0), ("between 3 and 4.", 4.0), ("none", None),
        ("1.234.567", 1234567.0), ("5.", 5.0),
    ],
)  # fmt: skip
def test_the_last_number_however_it_is_written(text: str, value: float | None) -> None:
    assert last_number(text) == value


@given(st.text(max_size=500))
def test_any_answer_can_be_scored(answer: str) -> None:
    for expected in ({"exact": "x"}, {"contains": "x"}, {"regex": "x"}, {"number": {"value": 1}},
                     {"json_schema": {"type": "object"}}):  # fmt: skip
        assert score(item(**expected), answer) in (0.0, 1.0)


@given(st.floats(-1e12, 1e12, allow_nan=False))
def test_numbers_as_python_writes_them_are_read_back(value: float) -> None:
    assert last_number(json.dumps(value)) == pytest.approx(value)


def test_the_sets_that_come_with_sereno_are_right_and_alike() -> None:
    folder = files("sereno.quality").joinpath("sets")
    sets = [read_eval_set(one.name, one.read_bytes()) for one in folder.iterdir()]
    assert {one.language for one in sets} == {"en", "es"}
    assert {len(one.items) for one in sets} == {30}
    english, spanish = sorted(sets, key=lambda one: one.language)
    assert [one.kind for one in english.items] == [one.kind for one in spanish.items]
