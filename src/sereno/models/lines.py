"""Answers that come line by line: NDJSON and server-sent events of a model server, bounded and decoded."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator

from sereno.errors import ModelError

LONGEST = 1024 * 1024
"""Bytes of one line."""
MOST = 32 * 1024 * 1024
"""Bytes of one answer."""


async def lines(pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Every line of a stream without its end; empty lines are left out.

    Raises:
        ModelError: a line or the whole is longer than any answer needs.
    """
    rest, total = b"", 0
    async for piece in pieces:
        total += len(piece)
        *ended, rest = (rest + piece).split(b"\n")
        if len(rest) > LONGEST or total > MOST:
            raise ModelError("invalid", "the model server sends more than an answer can be; it was cut off")
        for line in ended:
            if line := line.rstrip(b"\r"):
                yield line
    if rest := rest.rstrip(b"\r"):
        yield rest


async def event_data(pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The `data` of every server-sent event (one line each, as all model servers send them)."""
    async for line in lines(pieces):
        if line.startswith(b"data:"):
            yield line[5:].strip()
