"""Which stored model a name means."""

from __future__ import annotations

from collections.abc import Collection


def resolve_model(asked: str, stored: Collection[str]) -> str:
    """The canonical name that a person means: as written, in lower case, or with `:latest` (Ollama's rule).

    A name that is none of these stays as it is, and matches nothing.

    >>> resolve_model("Llama3.2", ["llama3.2:latest", "gpt-4o"])
    'llama3.2:latest'
    """
    for name in (asked, asked.lower(), asked + ":latest", asked.lower() + ":latest"):
        if name in stored:
            return name
    return asked
