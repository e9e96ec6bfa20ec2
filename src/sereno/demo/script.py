"""The conversations of the demo: who asks what, in which API.

Only the questions are written here; every answer is the model's. It has 135 million parameters and is often wrong,
in Spanish more than in English: the demo shows what Sereno records, not what the model knows.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Api = Literal["ollama_chat", "ollama_generate", "ollama_embed", "openai_chat", "openai_embeddings"]


class Scene(NamedTuple):
    """One visitor's questions, asked one after the other in one conversation.

    Attributes:
        user: who asks, told in `X-Sereno-User`.
        api: which route is called.
        model: 0 for the first offered model, 1 for the second.
        questions: the user's turns; for embeddings the texts, in one call.
        stream: whether the answers are streamed.
        language: of the questions.
    """

    user: str
    api: Api
    model: int
    questions: tuple[str, ...]
    stream: bool = True
    language: Literal["en", "es"] = "en"


SCENES: tuple[Scene, ...] = (
    Scene("ana", "ollama_chat", 0, (
        "¿Qué es un sereno, el vigilante nocturno de las calles?",
        "¿Y qué llevaba en la mano?",
        "Resúmelo en una frase.",
    ), language="es"),
    Scene("eva", "openai_chat", 0, (
        "Explain in two sentences what a reverse proxy does.",
        "How is that different from a load balancer?",
    )),
    Scene("vic", "ollama_generate", 1, ("Write a haiku about a lighthouse.",)),
    Scene("ana", "ollama_embed", 0, ("the night watchman", "el vigilante nocturno", "a bowl of soup"), language="es"),
    Scene("luis", "ollama_chat", 1, (
        "Name three fruits.",
        "Which of them is yellow?",
    ), stream=False),
    Scene("eva", "openai_embeddings", 0, ("latency", "throughput")),
    Scene("vic", "openai_chat", 1, (
        "¿Cuál es la capital de España?",
        "¿Qué río pasa por ella?",
    ), stream=False, language="es"),
    Scene("luis", "ollama_generate", 0, ("Write a short Python function that reverses a string.",)),
    Scene("ana", "ollama_chat", 0, (
        "Give me a name for a cat that hunts at night.",
        "Another one, please.",
        "Which of the two is shorter?",
    )),
    Scene("vic", "ollama_chat", 0, (
        "Escribe un saludo breve para un correo de trabajo.",
        "Hazlo más formal.",
    ), language="es"),
)  # fmt: skip
"""Played in turn, again from the beginning, until the asked number of calls is made."""

WRONG_MODEL = "llama-that-is-not-here"
WRONG_QUESTION = "Is anybody there?"
LEAVER = "eva"
LEAVER_QUESTION = "Tell a very long story about a fox, a river and an old bridge."
SEARCH_WORD = "lighthouse"
"""A word of one question: the summary shows that the search finds it."""
ANSWER_TOKENS = 40
"""Limit of one answer, so that the whole demo stays under a minute on two cores."""
LEAVE_AFTER = 5
"""Chunks after which the visitor who leaves closes the connection."""
