"""Traffic with drift that is known: what people ask a small help desk, and the ways in which that changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple
from uuid import UUID

import numpy as np

from sereno.calls import Call, Identity, Timing, Usage
from sereno.categories.builtin import BUILTIN
from sereno.categories.calls import categorised
from sereno.categories.categorise import Categoriser

Plan = Literal["null", "topic", "length", "answer", "language", "latency", "model", "swap", "refusal"]
"""`length`: of prompts. `answer`: length of answers. `model`: half of the calls go to another model. `swap`: another
model answers to the same name, more tersely and with three times as many tokens a second."""

TOPICS: dict[str, tuple[str, ...]] = {
    "en": (
        "How do I sort a list of {n} words in Python by their length?",
        "Write a function that merges {n} sorted arrays in linear time.",
        "Why does my SQL query with {n} joins run so slowly?",
        "Explain what a hash table with {n} buckets does on a collision.",
        "Refactor this class so that it needs only {n} lines of code.",
    ),
    "es": (
        "¿Cómo ordeno en Python una lista de {n} palabras por su longitud?",
        "Escribe una función que una {n} listas ordenadas en tiempo lineal.",
        "¿Por qué va tan lenta mi consulta SQL con {n} tablas unidas?",
        "Explica qué hace una tabla hash de {n} cubetas cuando hay una colisión.",
        "Reescribe esta clase para que ocupe solo {n} líneas de código.",
    ),
    "cooking": (
        "What can I cook tonight for {n} guests with rice and chicken?",
        "How long must a beef stew with {n} carrots simmer on low heat?",
        "Give me a recipe for a chocolate cake with {n} layers of cream.",
        "Which herbs go well with {n} grilled trout and lemon butter?",
        "How do I keep {n} loaves of sourdough bread fresh in summer?",
    ),
}
CONTEXT = {
    "en": "The background is this: our office has several people who ask such things each week. ",
    "es": "El contexto es este: en nuestra oficina varias personas preguntan cosas así cada semana. ",
}


class Ask(NamedTuple):
    """One call to come: what is asked of whom, what is answered after how many seconds.

    Attributes:
        seconds: until the first words, tokens at `pace` seconds come after them.
    """

    model: str
    prompt: str
    answer: str
    seconds: float
    pace: float = 0.02


def asks(plan: Plan, n: int, seed: int) -> Iterator[Ask]:
    """So many calls; `null` is how it is in the reference, every other plan changes one thing."""
    rng = np.random.default_rng(seed)
    spoken = "es" if plan == "language" else "en"
    topics = TOPICS["cooking" if plan == "topic" else spoken]
    for _ in range(n):
        prompt = topics[rng.integers(len(topics))].format(n=int(rng.integers(2, 90)))
        extra = int(rng.integers(0, 4)) + (4 if plan == "length" else 0)
        steps = int(rng.integers(1, 8)) + (6 if plan == "answer" else 0)
        said = "Here is how: " + "one step after the other, " * (1 + steps // 3 if plan == "swap" else steps)
        if plan == "refusal" and rng.random() < 0.4:
            said = "I'm sorry, but I can't help with that."
        yield Ask(
            model="qwen3:8b" if plan == "model" and rng.random() < 0.5 else "llama3.2:latest",
            prompt=CONTEXT[spoken] * extra + prompt,
            answer=said,
            seconds=float(rng.uniform(0.05, 0.25) + (0.1 if plan == "latency" else 0.0)),
            pace=float(rng.uniform(0.015, 0.025) / (3 if plan == "swap" else 1)),
        )


_category = categorised(Categoriser(BUILTIN))


def calls(plan: Plan, n: int, seed: int, start: float, seconds: float) -> list[Call]:
    """The same as recorded calls, spread over a window."""
    rng = np.random.default_rng([seed, 1])
    out = []
    for at, ask in enumerate(asks(plan, n, seed)):
        words, said = len(ask.prompt.split()), len(ask.answer.split(" "))
        call = Call(
            id=str(UUID(bytes=rng.bytes(16))), started_at=start + seconds * (at + 0.5) / n, protocol="ollama",
            operation="chat", route="/api/chat", path="/api/chat", method="POST", upstream="default",
            request_model=ask.model, model=ask.model, status="success", http_status=200, error_type=None,
            error_message=None, finish_reason="stop", stream=False,
            usage=Usage(input_tokens=words + 20, output_tokens=said),
            timing=Timing(
                total=ask.seconds + ask.pace * said, time_to_first_chunk=ask.seconds,
                time_per_output_token=ask.pace * said / (said - 1),
            ), identity=Identity(), chunks=1, tool_calls=0, images=0, request_bytes=1,
            response_bytes=1, truncated=False, decode_error=None, prompt=ask.prompt, response=ask.answer,
        )  # fmt: skip
        out.append(_category(call))
    return out
