"""What is known of one request, and how it is read out of its reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from sereno.calls import Call, Exchange, Operation, Status, new_id
from sereno.loadtest.reply import Reply
from sereno.wire.decode import decode

_MESSAGE = 300
_TIMED_OUT = frozenset({"upstream_timeout", "not_sent"})
_COUNT = 2**53


class Sample(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One request. Moments are seconds from the start of the run; unknown is None.

    Attributes:
        intended: when it was meant to start.
        began: when it did.
        ended: when its reply was whole, or it was given up.
        user: number of the user, from 0.
        session: id of the conversation; `turn` counts from 0.
        error_type: as in the record; `not_sent` for one that found no free place before the run was over.
        first_chunk: seconds from `intended` to the first chunk that carries content.
        gaps: seconds between the pieces of the answer.
        text: what was answered.
    """

    intended: float
    began: float
    ended: float
    user: int
    session: str
    turn: int
    status: Status
    error_type: str | None = None
    error_message: str | None = None
    http_status: int | None = None
    model: str | None = None
    operation: Operation = "chat"
    stream: bool = False
    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    output_tokens: int | None = None
    first_chunk: float | None = None
    time_per_output_token: float | None = None
    gaps: Sequence[float] = ()
    pieces: int = 0
    response_bytes: int = 0
    text: str = ""

    @property
    def latency(self) -> float:
        """What the user waited: from the intended start to the end."""
        return self.ended - self.intended

    @property
    def delay(self) -> float:
        """How late it started: because no place was free, or the generator itself was late."""
        return self.began - self.intended

    @property
    def timed_out(self) -> bool:
        """Whether it was given up; its latency is then a lower bound."""
        return self.error_type in _TIMED_OUT


class Who(msgspec.Struct, frozen=True):
    """Whose request it is and when it was due, in the words of `Sample`."""

    intended: float
    user: int
    session: str
    turn: int


def read_sample(
    who: Who, reply: Reply, path: str, body: bytes, *, zero: float, wall_ns: int, random: bytes, agent: bool
) -> Sample:
    """Read a reply.

    Args:
        who: whose it is.
        reply: what came.
        path: request target.
        body: what was sent.
        zero: the run's start, in the reply's clock.
        wall_ns: the run's start, in wall time.
        random: 10 random bytes for the id that an exchange has.
        agent: the reply is an agent's, not that of one of the known APIs.
    """
    began = reply.began_at
    exchange = Exchange(
        id=new_id(wall_ns, random), started_ns=wall_ns + round((began - zero) * 1e9), upstream="", peer="", key="",
        user=None, session=None, method="POST", target=path, request_headers=(), request_body=body,
        request_size=len(body), request_at=None, status=reply.status, response_headers=reply.headers,
        response_body=bytes(reply.body), response_size=reply.size,
        head_at=None if reply.head_at is None else reply.head_at - began,
        chunk_times=tuple(at - began for at in reply.times), chunk_ends=tuple(reply.ends), chunks=reply.pieces,
        ended_at=reply.ended_at - began, outcome=reply.outcome,
    )  # fmt: skip
    call = decode(exchange)
    sample = _from_call(who, call, reply, began - zero)
    return _agent(sample, reply) if agent else sample


def _from_call(who: Who, call: Call, reply: Reply, began: float) -> Sample:
    timing, usage = call.timing, call.usage
    first = timing.time_to_first_chunk
    return Sample(
        intended=who.intended, began=began, ended=began + timing.total, user=who.user, session=who.session,
        turn=who.turn, status=call.status, error_type=call.error_type,
        error_message=None if call.status == "success" else (call.error_message or reply.problem or "")[:_MESSAGE],
        http_status=call.http_status, model=call.model, operation=call.operation, stream=call.stream,
        input_tokens=usage.input_tokens, cached_input_tokens=usage.cached_input_tokens,
        output_tokens=usage.output_tokens,
        first_chunk=None if first is None else first + began - who.intended,
        time_per_output_token=timing.time_per_output_token,
        gaps=[later - earlier for earlier, later in pairwise(reply.times)] if call.stream else (),
        pieces=reply.pieces, response_bytes=reply.size, text=call.response,
    )  # fmt: skip


def _agent(sample: Sample, reply: Reply) -> Sample:
    """An agent answers `POST /chat` with one JSON object; a `usage` in it is believed."""
    if sample.status != "success":
        return sample
    try:
        value = msgspec.json.decode(reply.body)
    except msgspec.DecodeError:
        value = None
    if not isinstance(value, dict):
        wrong = f"HTTP {reply.status} with a body that is no JSON object; expected the answer of an agent's /chat"
        return msgspec.structs.replace(sample, status="error", error_type="upstream_invalid", error_message=wrong)
    given = value.get("usage")
    usage: Mapping[str, Any] = given if isinstance(given, dict) else {}
    model = value.get("model")
    return msgspec.structs.replace(
        sample,
        operation="chat",
        model=model[:200] if isinstance(model, str) else None,
        input_tokens=_count(usage, "input_tokens", "prompt_tokens"),
        output_tokens=_count(usage, "output_tokens", "completion_tokens"),
    )


def _count(usage: Mapping[str, Any], *names: str) -> int | None:
    found = next((usage[name] for name in names if name in usage), None)
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < _COUNT else None
