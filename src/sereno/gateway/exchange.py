"""The recorder: what one exchange leaves behind.

It notes and copies references, nothing else: no byte is parsed. What does not fit the caps is counted by size only.
"""

from __future__ import annotations

from typing import Final

from sereno.calls import Exchange, Headers, Outcome
from sereno.gateway.request_head import RequestHead

_NONE: Final[tuple[()]] = ()
UNSEEN: Final = -2
"""Slot of a call that the status file does not show (yet)."""


class CaptureBudget:
    """Bytes of bodies held by all recordings of a worker.

    Attributes:
        used: bytes held now.
        total: most bytes held.
        each: most bytes of one body.
        chunks: most chunk times noted in one answer.
    """

    __slots__ = ("chunks", "each", "total", "used")

    def __init__(self, each: int, total: int, chunks: int) -> None:
        self.used = 0
        self.each = each
        self.total = total
        self.chunks = chunks

    def take(self, kept: int, wanted: int) -> int:
        """How many of `wanted` bytes may be kept, beside `kept` of the same body."""
        granted = min(wanted, self.each - kept, self.total - self.used)
        if granted <= 0:
            return 0
        self.used += granted
        return granted


class Recording:
    """One exchange while it runs. Times are `time.monotonic` seconds.

    Attributes:
        request_open, response_open: whether that body is still captured; once a byte is left out nothing follows it.
    """

    __slots__ = (
        "budget",
        "chunks",
        "ends",
        "fields",
        "head",
        "head_at",
        "ident",
        "internal",
        "key",
        "model_shown",
        "peer",
        "request_at",
        "request_kept",
        "request_open",
        "request_pieces",
        "request_size",
        "response_fields",
        "response_kept",
        "response_open",
        "response_pieces",
        "response_size",
        "session",
        "size_shown",
        "slot",
        "started",
        "started_ns",
        "status",
        "target",
        "times",
        "upstream",
        "user",
    )  # fmt: skip

    def __init__(
        self, ident: bytes, started_ns: int, started: float, head: RequestHead, peer: str, budget: CaptureBudget,
    ) -> None:  # fmt: skip
        self.ident = ident
        self.started_ns = started_ns
        self.started = started
        self.head = head
        self.fields: Headers | None = None
        self.target = head.target
        self.model_shown = False
        self.size_shown = 0
        self.peer = peer
        self.budget = budget
        self.upstream = self.key = self.internal = ""
        self.user: str | None = None
        self.session: str | None = None
        self.request_pieces: list[bytes] = []
        self.request_size = self.request_kept = 0
        self.request_open = self.response_open = True
        self.request_at: float | None = None
        self.status = 0
        self.response_fields: Headers = _NONE
        self.response_pieces: list[bytes] = []
        self.response_size = self.response_kept = 0
        self.head_at: float | None = None
        self.times: list[float] = []
        self.ends: list[int] = []
        self.chunks = 0
        self.slot = UNSEEN

    def request_data(self, data: bytes) -> None:
        """Note a piece of the request's body."""
        size = len(data)
        self.request_size += size
        if self.request_open:
            granted = self.budget.take(self.request_kept, size)
            if granted < size:
                self.request_open = False
                data = data[:granted]
            self.request_kept += granted
            self.request_pieces.append(data)

    def response_data(self, data: bytes, now: float) -> None:
        """Note a piece of the answer's body and when it came."""
        size = len(data)
        self.response_size += size
        self.chunks += 1
        if self.chunks <= self.budget.chunks:
            self.times.append(now - self.started)
            self.ends.append(self.response_size)
        if self.response_open:
            granted = self.budget.take(self.response_kept, size)
            if granted < size:
                self.response_open = False
                data = data[:granted]
            self.response_kept += granted
            self.response_pieces.append(data)

    def finish(self, outcome: Outcome, now: float) -> Exchange:
        """The record of this exchange; its bytes leave the budget."""
        head = self.head
        self.budget.used -= self.request_kept + self.response_kept
        pieces, answers = self.request_pieces, self.response_pieces
        return Exchange(
            id=self.ident,
            started_ns=self.started_ns,
            upstream=self.upstream,
            peer=self.peer,
            key=self.key,
            user=self.user,
            session=self.session,
            method=head.method.decode(),
            target=self.target.decode(),
            request_headers=tuple(head.fields) if self.fields is None else self.fields,
            request_body=pieces[0] if len(pieces) == 1 else b"".join(pieces),
            request_size=self.request_size,
            request_at=self.request_at,
            status=self.status,
            response_headers=self.response_fields,
            response_body=answers[0] if len(answers) == 1 else b"".join(answers),
            response_size=self.response_size,
            head_at=self.head_at,
            chunk_times=tuple(self.times),
            chunk_ends=tuple(self.ends),
            chunks=self.chunks,
            ended_at=now - self.started,
            outcome=outcome,
            internal=self.internal,
        )
