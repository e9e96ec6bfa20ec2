"""Traffic with drift that is known: what people ask a small help desk, and six ways in which that changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple
from uuid import UUID

import numpy as np

from sereno.calls import Call, Identity, Timing, Usage
from sereno.categories.builtin import BUILTIN
from sereno.categories.calls import categorised
from sereno.categories.categorise import Categoriser

Plan = Literal["null", "topic", "length", "language", "latency", "model", "refusal"]

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
CONTEXT = "The background is this: our office has several people who ask such things each week. "


class Ask(NamedTuple):
    """One call to come: what is asked of whom, what is answered after how many seconds."""

    model: str
    prompt: str
    answer: str
    seconds: float


def asks(plan: Plan, n: int, seed: int) -> Iterator[Ask]:
    """So many calls; `null` is how it is in the reference, every other plan changes one thing."""
    rng = np.random.default_rng(seed)
    topics = TOPICS["es" if plan == "language" else "cooking" if plan == "topic" else "en"]
    for _ in range(n):
        prompt = topics[rng.integers(len(topics))].format(n=int(rng.integers(2, 90)))
        extra = int(rng.integers(0, 4)) + (4 if plan == "length" else 0)
        said = "Here is how: " + "one step after the other, " * int(rng.integers(1, 8))
        if plan == "refusal" and rng.random() < 0.4:
            said = "I'm sorry, but I can't help with that."
        yield Ask(
            model="qwen3:8b" if plan == "model" and rng.random() < 0.5 else "llama3.2:latest",
            prompt=CONTEXT * extra + prompt,
            answer=said,
            seconds=float(rng.uniform(0.05, 0.25) + (0.1 if plan == "latency" else 0.0)),
        )


_category = categorised(Categoriser(BUILTIN))


def calls(plan: Plan, n: int, seed: int, start: float, seconds: float) -> list[Call]:
    """The same as recorded calls, spread over a window."""
    rng = np.random.default_rng([seed, 1])
    out = []
    for at, ask in enumerate(asks(plan, n, seed)):
        words = len(ask.prompt.split())
        call = Call(
            id=str(UUID(bytes=rng.bytes(16))), started_at=start + seconds * (at + 0.5) / n, protocol="ollama",
            operation="chat", route="/api/chat", path="/api/chat", method="POST", upstream="default",
            request_model=ask.model, model=ask.model, status="success", http_status=200, error_type=None,
            error_message=None, finish_reason="stop", stream=False,
            usage=Usage(input_tokens=words + 20, output_tokens=len(ask.answer.split())),
            timing=Timing(total=ask.seconds), identity=Identity(), chunks=1, tool_calls=0, images=0, request_bytes=1,
            response_bytes=1, truncated=False, decode_error=None, prompt=ask.prompt, response=ask.answer,
        )  # fmt: skip
        out.append(_category(call))
    return out
