"""Checks of answers, by what people and models write in English and Spanish."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.quality.checks import Answer, checked
from sereno.quality.language import language_of
from sereno.quality.refusal import refuses
from sereno.quality.repetition import duplicate_share, repeats, tail_ratio
from sereno.quality.structure import Wanted, keeps, wanted_of

ENGLISH = "The mitochondrion is the organelle that turns sugar into energy for the rest of the cell."
SPANISH = "La mitocondria es el orgánulo que convierte el azúcar en energía para el resto de la célula."


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't assist with that request.",
        "I’m sorry, but I cannot help with that.",
        "I cannot provide instructions for that.",
        "I'm not able to help with this.",
        "As an AI language model, I don't have personal opinions.",
        "Sorry. I won't help you do that.",
        "I must decline.",
        "Lo siento, pero no puedo ayudarte con eso.",
        "Lo siento, no puedo proporcionar esa información.",
        "Como modelo de lenguaje, no puedo opinar.",
        "No puedo ayudarle con esa petición.",
        "Debo declinar tu solicitud.",
    ],
)
def test_refusals(text: str) -> None:
    assert refuses(text)
    assert checked(Answer(prompt="x", response=text))["refusal"]


@pytest.mark.parametrize(
    "text",
    [
        "You cannot divide by zero.",
        "I can't wait to show you: use sorted().",
        "No puedes dividir entre cero.",
        "Sorry to hear that! Here is what to do:",
        "Lo siento mucho por tu pérdida. Un abrazo.",
        "The server will not answer until the model is loaded.",
        "If a request fails, try again. " * 10 + "Your script may print: I cannot help with that.",
        "",
    ],
)
def test_what_is_no_refusal(text: str) -> None:
    assert not refuses(text)


def test_loops_are_found_and_prose_code_and_tables_are_not() -> None:
    assert repeats(SPANISH + " " + "no lo sé, " * 60)
    assert repeats("は" * 500)
    assert repeats((ENGLISH + " ") * 5)
    code = "".join(
        f"def test_{name}():\n    assert parse({name!r}) == {n}\n\n" for n, name in enumerate("abcdefghijkl")
    )
    rows = "".join(f"| {n} | {n * n} | {n**3} | {2**n} |\n" for n in range(60))
    for text in (ENGLISH, SPANISH, code, rows, "a", ""):
        assert not repeats(text), text[:40]


def test_duplicate_runs_are_measured_by_their_characters() -> None:
    first = " ".join(f"w{n:02}" for n in range(30))
    assert duplicate_share(first) == 0
    assert duplicate_share(f"{first} {first}") == 0.5
    assert tail_ratio("short") == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ENGLISH, "en"),
        (SPANISH, "es"),
        ("Ein kurzer Satz auf Deutsch, der lang genug ist, um erkannt zu werden.", "de"),
        ("東京は日本の首都であり、世界最大の都市の一つです。", "ja"),
        ("```python\nfor line in open('x'):\n    print(line)\n```", None),
        ("x = 1", None),
        ("", None),
    ],
)
def test_languages(text: str, code: str | None) -> None:
    assert language_of(text) == code


def test_an_answer_in_another_language_fails_unless_it_was_asked_for() -> None:
    assert checked(Answer(prompt=SPANISH, response=ENGLISH))["language"]
    assert not checked(Answer(prompt=SPANISH, response=SPANISH))["language"]
    assert "language" not in checked(Answer(prompt=f"Translate: {SPANISH}", response=ENGLISH))
    assert "language" not in checked(Answer(prompt="hola", response=ENGLISH))


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"format": "json"}, Wanted()),
        ({"format": {"type": "object"}}, Wanted('{"type":"object"}')),
        ({"response_format": {"type": "json_object"}}, Wanted()),
        ({"response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "array"}}}},
         Wanted('{"type":"array"}')),
        ({"text": {"format": {"type": "json_schema", "name": "n", "schema": {"type": "array"}}}},
         Wanted('{"type":"array"}')),
        ({"json_schema": {"type": "null"}}, Wanted('{"type":"null"}')),
        ({"response_format": {"type": "text"}}, None),
        ({"format": ""}, None),
        ({"format": 3, "text": 4, "response_format": [], "json_schema": "x"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_what_form_was_asked_for(body: dict[str, Any], wanted: Wanted | None) -> None:
    assert wanted_of(body) == wanted


def test_answers_that_had_to_be_json() -> None:
    schema = Wanted(json.dumps({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}))
    assert keeps('{"a": 1}', schema)
    assert not keeps('{"a": "1"}', schema)
    assert not keeps('Here you go: {"a": 1}', schema)
    assert not keeps('{"a": 1', Wanted())
    assert not keeps("[" * 100_000, Wanted())
    assert keeps("[1]", Wanted('{"$ref": "http://127.0.0.1:9/schema.json"}')), "nothing is fetched"
    assert not keeps('"' + "a" * 30_000 + '!"', Wanted('{"type": "string", "pattern": "^(a+)+$"}')), "in linear time"
    assert checked(Answer(prompt="", response="no", wanted=Wanted()))["json"]


def test_a_tool_call_is_no_empty_answer_and_a_limit_cuts() -> None:
    assert checked(Answer(prompt="x", response="", tool_calls=1)) == {"empty": False}
    assert checked(Answer(prompt="x", response="", finish_reason="length")) == {"empty": True, "truncated": True}
    assert not checked(Answer(prompt="x", response="a", finish_reason="end_turn"))["truncated"]


@given(st.text(max_size=3000), st.text(max_size=3000))
def test_any_text_can_be_checked(prompt: str, response: str) -> None:
    found = checked(Answer(prompt=prompt, response=response))
    assert found["empty"] == (not response.strip())
