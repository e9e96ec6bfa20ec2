"""What came back for one request, as bytes with their times."""

from __future__ import annotations

import msgspec

from sereno.calls import Headers, Outcome

BODY_CAP = 4 * 1024 * 1024
"""Bytes of a body that are kept; more is counted only."""
PIECES_CAP = 100_000
"""Pieces of a body whose times are kept."""
HEAD_CAP = 256 * 1024
"""A longer head is refused."""


class Reply(msgspec.Struct):
    """A reply, whole or as far as it came. Moments are seconds of the run's clock.

    Attributes:
        began_at: the request was handed to its connection, or a connection was asked for.
        status: 0 if none came.
        size: bytes of body that came; `body` holds at most `BODY_CAP`.
        times, ends: moment of each piece, and bytes of body that had come after it.
        pieces: how many there were.
        ended_at: its last byte, or when it was given up.
        outcome: how it ended.
        problem: what went wrong, in words; "" if nothing did.
    """

    began_at: float
    status: int = 0
    headers: Headers = ()
    body: bytearray = msgspec.field(default_factory=bytearray)
    size: int = 0
    head_at: float | None = None
    times: list[float] = msgspec.field(default_factory=list)
    ends: list[int] = msgspec.field(default_factory=list)
    pieces: int = 0
    ended_at: float = 0.0
    outcome: Outcome = "upstream_unreachable"
    problem: str = ""

    def piece(self, data: bytes, at: float) -> None:
        """Note a piece of the body."""
        if len(self.body) < BODY_CAP:
            self.body += data[: BODY_CAP - len(self.body)]
        self.size += len(data)
        self.pieces += 1
        if len(self.times) < PIECES_CAP:
            self.times.append(at)
            self.ends.append(self.size)

    def end(self, at: float, outcome: Outcome, problem: str = "") -> None:
        """Note the end."""
        self.ended_at, self.outcome, self.problem = at, outcome, problem
