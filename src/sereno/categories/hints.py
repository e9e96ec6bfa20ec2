"""What a call tells of its subject beside its words: pseudo-words that rules can name."""

from __future__ import annotations

HINTS = {"@embeddings": 100, "@tools": 6, "@images": 6}
"""Each hint and what it weighs: an embedding is nothing else, the others are one sign among several.

`@embeddings`: texts were embedded. `@tools`: the model asked for tools. `@images`: the prompt holds images.
"""
