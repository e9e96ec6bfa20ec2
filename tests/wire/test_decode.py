"""Every recorded exchange decodes to what was written down for it.

`ollama-0.24.0.tsv` was drawn up from the recordings with the standard library alone and read against what each
recording is known to show; it is not this package's output.
"""

from __future__ import annotations

import csv
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captures.loader import FOLDER, NAMES, exchange
from sereno.calls import Call, Exchange, Timing
from sereno.wire.captures import exchanges, parse_capture
from sereno.wire.decode import decode

with (Path(__file__).parent / "ollama-0.24.0.tsv").open() as table:
    EXPECTED = list(csv.DictReader(table, delimiter="\t"))


def plain(call: Call) -> Call:
    """The call without what may depend on how the answer was cut into chunks."""
    return msgspec.structs.replace(call, timing=Timing(0.0), chunks=0)


def changed(name: str, **fields: object) -> Call:
    return decode(msgspec.structs.replace(exchange(name), **fields))


def cut(source: Exchange, size: int) -> Exchange:
    return msgspec.structs.replace(source, response_body=source.response_body[:size])


def test_the_table_names_every_recording() -> None:
    assert tuple(sorted(row["name"] for row in EXPECTED)) == NAMES
    assert len(NAMES) == 182


@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: row["name"])
def test_recording(row: dict[str, str]) -> None:
    call = decode(exchange(row["name"]))
    found = {
        "name": row["name"],
        "operation": call.operation,
        "status": call.status,
        "error_type": call.error_type,
        "http_status": call.http_status,
        "shape": "stream" if call.stream else "whole",
        "finish_reason": call.finish_reason,
        "input_tokens": call.usage.input_tokens,
        "output_tokens": call.usage.output_tokens,
        "tool_calls": call.tool_calls,
    }
    assert {key: "-" if value is None else str(value) for key, value in found.items()} == row
    assert (call.decode_error is not None) == row["name"].endswith("malformed_json")


@pytest.mark.parametrize("name", NAMES)
def test_no_split_of_the_response_changes_the_call(name: str) -> None:
    document = msgspec.json.decode((FOLDER / f"{name}.json").read_bytes())
    raw = b"".join(_bytes(read) for read in document["response"])
    whole = plain(decode(exchange(name)))
    step = max(1, len(raw) // 12)
    for at in range(0, len(raw), step):
        document["response"] = [[0.1, _text(raw[:at])], [document["t_end"], _text(raw[at:])]]
        parted = exchanges(parse_capture(msgspec.json.encode(document)))[0]
        call = plain(
            decode(msgspec.structs.replace(parted, id=exchange(name).id, started_ns=exchange(name).started_ns))
        )
        assert call == whole, at


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_split_at_any_byte_changes_the_call(name: str) -> None:
    document = msgspec.json.decode((FOLDER / f"{name}.json").read_bytes())
    raw = b"".join(_bytes(read) for read in document["response"])
    whole = plain(decode(exchange(name)))
    for at in range(len(raw)):
        document["response"] = [[0.1, _text(raw[:at])], [document["t_end"], _text(raw[at:])]]
        parted = exchanges(parse_capture(msgspec.json.encode(document)))[0]
        call = plain(
            decode(msgspec.structs.replace(parted, id=exchange(name).id, started_ns=exchange(name).started_ns))
        )
        assert call == whole, at


def _bytes(read: list[str]) -> bytes:
    from base64 import b64decode

    return b64decode(read[1])


def _text(data: bytes) -> str:
    from base64 import b64encode

    return b64encode(data).decode()


@pytest.mark.parametrize("name", NAMES)
def test_truncation_anywhere_gives_a_call_that_the_decoder_itself_made(name: str) -> None:
    source = exchange(name)
    body = source.request_body
    for part in range(20):
        response = len(source.response_body) * part // 20
        request = len(body) * part // 20
        call = decode(msgspec.structs.replace(cut(source, response), request_body=body[:request]))
        assert not (call.decode_error or "").startswith("decoder failed")
        assert call.truncated or not (source.response_body or body)


@given(st.binary(max_size=400), st.binary(max_size=400), st.sampled_from(NAMES), st.integers(0, 599))
def test_any_bytes_give_a_call(request: bytes, response: bytes, name: str, status: int) -> None:
    call = changed(
        name, request_body=request, request_size=len(request), response_body=response, response_size=len(response),
        status=status,
    )  # fmt: skip
    assert not (call.decode_error or "").startswith("decoder failed")
    msgspec.msgpack.encode(call)


@given(st.sampled_from(NAMES), st.integers(0, 10**6), st.binary(min_size=1, max_size=6), st.booleans())
def test_a_mutated_recording_gives_a_call(name: str, at: int, patch: bytes, in_request: bool) -> None:
    source = exchange(name)
    field = "request_body" if in_request else "response_body"
    body = getattr(source, field)
    at = at % (len(body) + 1)
    call = changed(name, **{field: body[:at] + patch + body[at + len(patch) :]})
    assert not (call.decode_error or "").startswith("decoder failed")
    msgspec.json.encode(call)


def test_a_client_that_leaves_is_no_error_unless_the_server_had_failed() -> None:
    assert changed("chat_stream", outcome="client_closed").status == "success", "the terminator had come"
    assert changed("chat_runner_killed", outcome="client_closed").error_type == "mid_stream_error"
    assert changed("v1_chat_runner_killed", outcome="client_closed").status == "aborted"
    assert changed("chat_queue_full", outcome="client_closed").error_type == "http_5xx"


def test_times() -> None:
    call = decode(exchange("chat_num_predict_1"))
    assert call.timing.time_to_first_chunk == 0.054899
    assert call.timing.load == pytest.approx(0.042175497)
    assert call.timing.time_per_output_token is None
    assert call.timing.eval is None, "zero durations are left out on the wire, so they are unknown"
    long = decode(exchange("chat_stream"))
    expected = (long.timing.total - 0.053603) / 98
    assert long.timing.time_per_output_token == pytest.approx(expected)
