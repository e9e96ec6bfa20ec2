"""Vectors of texts: mean-pooled hidden states of the model that also writes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from sereno.demo.answers import ApiError
from sereno.demo.catalogue import CONTEXT, Model
from sereno.demo.completion import TOO_LONG
from sereno.demo.residence import Residence


async def embedded(
    residence: Residence, model: Model, texts: Sequence[str], keep: float, *, refuse: bool, started: int
) -> tuple[list[list[float]], int, int]:
    """Vectors, tokens read, nanoseconds until the model was loaded."""
    async with residence.use(model, keep, embeds=True) as engine:
        load = time.monotonic_ns() - started
        count, fitting = 0, []
        for text in texts:
            tokens = await engine.tokens(text)
            if len(tokens) > CONTEXT:
                if refuse:
                    raise ApiError(400, TOO_LONG)
                tokens = tokens[:CONTEXT]
            count += len(tokens)
            fitting.append(tokens)
        return await engine.embed(fitting), count, load


def unit(vectors: Sequence[Sequence[float]], dimensions: Any = None) -> list[list[float]]:
    """Vectors cut to `dimensions`, of length 1, in single precision's shortest digits."""
    size = dimensions if isinstance(dimensions, int) and dimensions > 0 else None
    result = []
    for vector in vectors:
        values = np.asarray(vector[:size], np.float32)
        norm = np.linalg.norm(values)
        if norm > 0:
            values = values / norm
        result.append([float(str(value)) for value in values])
    return result
