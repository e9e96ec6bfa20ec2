"""Prompts: the ten Spanish ones that the product was asked for with, files of one's own, mistakes told by line."""

import pytest

from sereno.loadtest.prompts import SETS, read_prompts, shipped

SEED = [
    "¿Qué es OpenTelemetry?", "Explica los beneficios de la observabilidad", "¿Cómo configurar Grafana?",
    "¿Qué son las métricas de SLI/SLO?", "Diferencias entre traces y logs", "¿Cómo optimizar costes de LLM?",
    "Explica el circuit breaker pattern", "¿Qué es Prometheus?", "Ventajas de usar dashboards",
    "¿Cómo funciona el OTLP?",
]  # fmt: skip


def test_the_spanish_set_is_that_of_the_lab() -> None:
    assert shipped("es") == [(prompt,) for prompt in SEED]


@pytest.mark.parametrize("name", SETS)
def test_shipped_sets_hold_ten_different_prompts(name: str) -> None:
    assert len(set(shipped(name))) == 10


def test_a_text_file_has_a_prompt_a_line() -> None:
    assert read_prompts("\ufeffuno\r\n\n  dos  \n".encode(), "p.txt") == [("uno",), ("dos",)]


def test_a_jsonl_file_holds_texts_and_conversations() -> None:
    text = '"uno"\n\n["dos", "tres"]\n{"prompt": "cuatro"}\n{"turns": ["cinco"]}\n'
    assert read_prompts(text.encode(), "p.jsonl") == [("uno",), ("dos", "tres"), ("cuatro",), ("cinco",)]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"\n \n", "p.txt", "p.txt holds no prompt"),
        (b"", "p.jsonl", "p.jsonl holds no prompt"),
        (b"ok\n\xff", "p.txt", "p.txt is no UTF-8 text"),
        (b'"a"\n{', "p.jsonl", "line 2"),
        (b'"a"\n7', "p.jsonl", "line 2: another kind of value"),
        (b'{"prompts": ["a"]}', "p.jsonl", "line 1: another kind of value"),
        (b'["a", " "]', "p.jsonl", "line 1"),
        (b"[]", "p.jsonl", "line 1"),
    ],
)
def test_a_wrong_file_is_told_by_name_and_line(content: bytes, name: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_prompts(content, name)
