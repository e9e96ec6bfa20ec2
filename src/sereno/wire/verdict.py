"""How a call ended: the rules for status and error type, in their order (docs/wire.md shows them as a table).

"The framing ended well" does not mean success: a model server whose runner died ends its stream politely. And a
client that leaves is no error, unless the model server had failed before.
"""

from __future__ import annotations

from typing import NamedTuple

from sereno.calls import Exchange, Status
from sereno.wire.body import Read
from sereno.wire.errors import message_of
from sereno.wire.forms import Readers

_CLIENT_GAVE_UP = 499


class Verdict(NamedTuple):
    """How a call ended: status, error type and sentence (None on success)."""

    status: Status
    error_type: str | None
    message: str | None


SUCCESS = Verdict("success", None, None)


def judge(exchange: Exchange, read: Read, readers: Readers) -> Verdict:
    """The verdict on an exchange."""
    outcome, code, answer = exchange.outcome, exchange.status, read.answer
    if outcome in ("internal_error", "upstream_unreachable", "upstream_timeout", "upstream_invalid"):
        return Verdict("error", outcome, message_of(read.body) if code >= 400 else None)
    if code >= 400:
        if outcome == "client_closed" and code == _CLIENT_GAVE_UP:
            return Verdict("aborted", "client_closed", message_of(read.body))
        return Verdict("error", f"http_{min(code // 100, 5)}xx", message_of(read.body))
    if answer.error is not None:
        return Verdict("error", "mid_stream_error", answer.error)
    promised = read.streamed and readers.stream is not None
    if promised and answer.done:
        return SUCCESS
    if outcome == "client_closed":
        return Verdict("aborted", "client_closed", None)
    if outcome == "upstream_closed":
        return Verdict("error", "truncated_stream", "the model server's connection ended inside the answer")
    if code == 0:
        return Verdict("error", "upstream_invalid", "no answer was recorded")
    if promised and read.whole:
        return Verdict("error", "truncated_stream", f"the stream ended without its terminator ({readers.terminator})")
    return SUCCESS
