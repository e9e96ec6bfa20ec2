"""What became of a batch that was sent, and who sends it."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

Kind = Literal["accepted", "wait", "doubtful", "refused", "too_large"]
Reason = Literal["unreachable", "timeout", "busy", "unauthorized", "refused", "protocol"]
REASONS: tuple[Reason, ...] = ("unreachable", "timeout", "busy", "unauthorized", "refused", "protocol")
"""Every value of `sereno_spans_failures_total{reason}`."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a collector made of a batch.

    Attributes:
        kind: `accepted`; `wait`: keep the batch and try again later, the trouble is not the batch's; `doubtful`: try a
            few times, it may be; `refused`: never send it again; `too_large`: send less at once.
        rejected: spans that an accepting collector left out; they are not to be sent again (OTLP 1.9, partial success).
        reason: bounded, "" when accepted.
        message: a sentence for people, "" when all is well.
        retry_after: seconds that the collector asked to wait, None if it did not.
    """

    kind: Kind
    rejected: int = 0
    reason: Reason | Literal[""] = ""
    message: str = ""
    retry_after: float | None = None


class Exporter(Protocol):
    """Sends batches over one protocol. Blocking; used by one thread."""

    def send(self, request: bytes) -> Outcome:
        """Send one encoded `ExportTraceServiceRequest`; never raises for what the collector does."""

    def close(self) -> None:
        """Close the connection."""
