"""A call that is exported and imported tells the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sereno.assembly.importing.files import records
from sereno.assembly.importing.messages import call_of
from sereno.calls import Operation, Status, id_text, new_id
from sereno.errors import ConfigError
from sereno.query.export import Format, export
from sereno.query.message import CallMessage, message
from sereno.query.times import rfc3339

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
NAME = st.none() | TEXT.filter(lambda text: text.strip() == text and text != "")
COUNT = st.none() | st.integers(0, 10**6)
SECONDS = st.floats(0.001, 1e4).map(lambda x: round(x, 6))


@st.composite
def messages(draw: Callable[[Any], Any]) -> CallMessage:
    latency = draw(SECONDS)
    output, ttft = draw(COUNT), draw(st.none() | st.floats(0, 1).map(lambda part: latency * part / 2))
    per_token = (latency - ttft) / (output - 1) if ttft is not None and output is not None and output >= 2 else None
    speed = None
    if output:
        speed = draw(st.sampled_from([1 / per_token if per_token else None, output / latency]))
    return CallMessage(
        id=id_text(new_id(draw(st.integers(0, 2**60)), draw(st.binary(min_size=10, max_size=10)))),
        timestamp=rfc3339(draw(st.integers(0, 4 * 10**9)) + draw(st.integers(0, 999_999)) / 1e6),
        model=draw(NAME), user=draw(NAME), session=draw(NAME),
        operation=draw(st.sampled_from(get_args(Operation))), status=draw(st.sampled_from(get_args(Status))),
        error_type=draw(NAME), prompt=draw(TEXT), response=draw(TEXT), category=draw(NAME),
        input_tokens=draw(COUNT), output_tokens=output, cached_input_tokens=draw(COUNT),
        latency=latency, ttft=ttft, tokens_per_second=speed, cost_usd=draw(st.none() | st.floats(0, 10)),
        stream=draw(st.booleans()), finish_reason=draw(NAME), client=draw(NAME), trace_id=draw(NAME),
    )  # fmt: skip


def same(first: CallMessage, second: CallMessage) -> None:
    for name in CallMessage.__struct_fields__:
        ours, theirs = getattr(first, name), getattr(second, name)
        assert ours == (pytest.approx(theirs, rel=1e-5) if isinstance(theirs, float) else theirs), name


@given(messages())
def test_message_to_call_to_message(told: CallMessage) -> None:
    same(message(call_of(told), None), told)


@pytest.mark.parametrize("form", get_args(Format))
@hypothesis_settings(max_examples=25, deadline=None)
@given(told=st.lists(messages(), max_size=5))
def test_export_and_import_in_every_format(
    form: Format, told: list[CallMessage], tmp_path_factory: pytest.TempPathFactory
) -> None:
    # A text that begins with an apostrophe and a formula cannot be told from a neutralised one in CSV.
    plain = [t for t in told if form != "csv" or not any(_apostrophe(v) for v in msgspec.structs.asdict(t).values())]
    path = tmp_path_factory.mktemp("x") / f"calls.{form}"
    path.write_bytes(b"".join(export(map(call_of, plain), form)))
    read = [message(record.call, None) for record in records(path, b"", lambda _: None)]
    assert len(read) == len(plain)
    for ours, theirs in zip(read, plain, strict=True):
        same(ours, theirs)


def _apostrophe(value: object) -> bool:
    return isinstance(value, str) and (value.startswith("'") or "\r" in value)


@pytest.mark.parametrize("ending", ["jsonl.gz", "json.zst", "csv.gz"])
def test_compressed_files(ending: str, tmp_path: Path) -> None:
    import gzip

    import zstandard

    told = call_of(
        msgspec.convert(
            {
                **dict.fromkeys(CallMessage.__struct_fields__),
                "id": "0192f0a1-b2c3-7def-8123-456789abcdef", "timestamp": "2026-11-21T00:00:00Z", "operation": "chat",
                "status": "success", "prompt": "why", "response": "because", "latency": 1.5, "stream": True,
            },
            CallMessage,
        )
    )  # fmt: skip
    form, _, compression = ending.partition(".")
    plain = b"".join(export([told], form))  # type: ignore[arg-type]  # a format by its ending
    packed = gzip.compress(plain) if compression == "gz" else zstandard.compress(plain)
    path = tmp_path / f"calls.{ending}"
    path.write_bytes(packed)
    seen: list[int] = []
    (record,) = records(path, b"", seen.append)
    assert record.call == told
    assert 0 < seen[-1] <= len(packed)
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(ConfigError, match=r"calls\.") as caught:
        list(records(path, b"", lambda _: None))
    assert str(path) in str(caught.value)


GOOD = {
    "id": "0192f0a1-b2c3-7def-8123-456789abcdef", "timestamp": "2026-11-21T00:00:00Z", "operation": "chat",
    "status": "success", "latency": 1.0, "stream": False, "prompt": "", "response": "",
    **dict.fromkeys((
        "model", "user", "session", "error_type", "category", "input_tokens", "output_tokens", "cached_input_tokens",
        "ttft", "tokens_per_second", "cost_usd", "finish_reason", "client", "trace_id",
    )),
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id": "7"}, "is no exported call"),
        ({"timestamp": "yesterday"}, "is not a time"),
        ({"operation": "dance"}, "operation is 'dance'; expected one of chat"),
        ({"status": "fine"}, "status is 'fine'; expected one of success"),
        ({"latency": -1.0}, "latency is -1.0; expected a number from 0 on"),
        ({"latency": None}, "latency"),
        ({"input_tokens": "many"}, "input_tokens"),
    ],
)
def test_a_wrong_call_is_named_with_file_and_line(change: dict[str, object], told: str, tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_text(json.dumps(GOOD) + "\n\n" + json.dumps({**GOOD, **change}) + "\n")
    with pytest.raises(ConfigError) as caught:
        list(records(path, b"", lambda _: None))
    assert f"{path}:3" in str(caught.value)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.txt", b"", "is none of jsonl, json, csv, parquet"),
        ("a.parquet.gz", b"", "is none of"),
        ("a.json", b"{}", "neither an export of calls nor a capture"),
        ("a.json", b"[1, 2", "is no JSON"),
        ("a.csv", b"id,model\n1,2\n", "the column timestamp is missing"),
        ("a.csv", b"\xff\xfe\x00", "is no CSV"),
        ("a.parquet", b"PAR1 not really", "is no Parquet file"),
        ("a.jsonl.gz", b"not gzip", "cannot be read"),
        ("a.jsonl.zst", b"not zstd", "is no zstd file"),
    ],
)
def test_a_wrong_file_is_named(name: str, content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        list(records(path, b"", lambda _: None))
    assert told in str(caught.value)
    assert name in str(caught.value)


def test_captures_come_in_without_their_credentials(tmp_path: Path) -> None:
    capture = {
        "request": {
            "method": "POST", "path": "/api/chat", "version": "HTTP/1.1",
            "headers": [["Host", "h"], ["Authorization", "Bearer hunter2"]], "body_base64": "e30=",
        },
        "response": [[0.1, "SFRUUC8xLjEgMjAwIE9LDQpDb250ZW50LUxlbmd0aDogMg0KDQp7fQ=="]],
        "end": "complete", "t_end": 0.2, "name": "x",
    }  # fmt: skip
    path = tmp_path / "capture.json"
    path.write_text(json.dumps(capture))
    (record,) = records(path, b"salt", lambda _: None)
    assert record.exchange is not None
    assert b"hunter2" not in msgspec.msgpack.encode(record.exchange)
    assert record.call.route == "/api/chat"
