"""An exported message back to the call it told of: what an export does not say stays unknown."""

from __future__ import annotations

from collections.abc import Mapping
from math import isclose
from typing import Any, cast, get_args

import msgspec

from sereno.calls import Call, Identity, Operation, Status, Timing, Usage, id_bytes, id_text
from sereno.query.cells import neutralised
from sereno.query.message import CallMessage
from sereno.query.times import parse_time

UPSTREAM = "import"
"""What stands for the model server, which an export does not name."""
_NUMBERS = {name for name, kind in CallMessage.__annotations__.items() if "int" in str(kind) or "float" in str(kind)}
_TEXTS = {"prompt", "response"}


def call_of(told: CallMessage) -> Call:
    """The call.

    Raises:
        ValueError: the message is not one that an export writes; says what is wrong.
    """
    if told.operation not in get_args(Operation):
        raise ValueError(f"operation is {told.operation!r}; expected one of {', '.join(get_args(Operation))}")
    if told.status not in get_args(Status):
        raise ValueError(f"status is {told.status!r}; expected one of {', '.join(get_args(Status))}")
    for name in _NUMBERS:
        value = getattr(told, name)
        if value is not None and not 0 <= value < 1e18:
            raise ValueError(f"{name} is {value}; expected a number from 0 on")
    return Call(
        id=id_text(id_bytes(told.id)),
        started_at=parse_time(told.timestamp, 0.0),
        protocol="unknown",
        operation=cast("Operation", told.operation),
        route="unknown",
        path="",
        method="POST",
        upstream=UPSTREAM,
        request_model=told.model,
        model=told.model,
        status=cast("Status", told.status),
        http_status=None,
        error_type=told.error_type,
        error_message=None,
        finish_reason=told.finish_reason,
        stream=told.stream,
        usage=Usage(told.input_tokens, told.cached_input_tokens, told.output_tokens),
        timing=_timing(told),
        identity=Identity(user=told.user, session=told.session, client=told.client),
        chunks=0,
        tool_calls=0,
        images=0,
        request_bytes=0,
        response_bytes=0,
        truncated=False,
        decode_error=None,
        prompt=told.prompt,
        response=told.response,
        cost_usd=told.cost_usd,
        cost_source="import" if told.cost_usd is not None else None,
        category=told.category,
        trace_id=told.trace_id,
    )


def _timing(told: CallMessage) -> Timing:
    """Durations; generation time follows from the speed, unless the speed itself followed from the chunks."""
    per_token = None
    if told.ttft is not None and told.output_tokens is not None and told.output_tokens >= 2:
        per_token = (told.latency - told.ttft) / (told.output_tokens - 1)
    speed = told.tokens_per_second
    generating = None
    if speed and told.output_tokens and not (per_token and isclose(1 / per_token, speed, rel_tol=1e-6)):
        generating = told.output_tokens / speed
    return Timing(total=told.latency, time_to_first_chunk=told.ttft, time_per_output_token=per_token, eval=generating)


def from_json(line: bytes) -> CallMessage:
    """A message from a line of JSON; `ValueError` if it is none."""
    return _decoder.decode(line)


_decoder = msgspec.json.Decoder(CallMessage)


def from_cells(cells: Mapping[str, Any]) -> CallMessage:
    """A message from a row of CSV or Parquet; `ValueError` if it is none.

    In CSV an empty cell is unknown (or an empty text), and the apostrophe that keeps spreadsheets from running
    a cell is taken off again.
    """
    values: dict[str, Any] = {}
    for name in CallMessage.__struct_fields__:
        if name not in cells:
            raise ValueError(f"the column {name} is missing")
        value = cells[name]
        if isinstance(value, str):
            if value.startswith("'") and neutralised(value[1:]) == value:
                value = value[1:]
            if name == "stream":
                value = value.lower() == "true"
            elif not value and name not in _TEXTS:
                value = None
        values[name] = value
    return msgspec.convert(values, CallMessage, strict=False)
