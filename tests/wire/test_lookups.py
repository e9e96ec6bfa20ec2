"""Routes, model names, traces, error bodies, cut JSON, identity: tables of cases."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captures.loader import exchange
from sereno.wire import jsontext
from sereno.wire.decode import decode
from sereno.wire.errors import message_of
from sereno.wire.models import canonical, ollama_name
from sereno.wire.routes import classify
from sereno.wire.timing import arrival, longest_gap, per_output_token
from sereno.wire.trace import parent

ANY: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


@pytest.mark.parametrize(
    ("method", "target", "protocol", "operation", "template"),
    [
        ("POST", "/api/chat", "ollama", "chat", "/api/chat"),
        ("POST", "/api/chat/", "ollama", "chat", "/api/chat"),
        ("GET", "/api/chat", "ollama", "other", "/api/chat"),
        ("POST", "/ollama/api/generate?x", "ollama", "text_completion", "/api/generate"),
        ("POST", "http://host:1/v1/messages", "anthropic", "chat", "/v1/messages"),
        ("POST", "/openai/v1/responses", "openai", "chat", "/v1/responses"),
        ("POST", "/api/chat/completions", "openai", "chat", "/v1/chat/completions"),
        ("HEAD", "/api/blobs/sha256:00", "ollama", "other", "/api/blobs/{digest}"),
        ("GET", "/v1/models/a/b:c", "openai", "other", "/v1/models/{id}"),
        ("POST", "/v1/messages/count_tokens", "anthropic", "other", "/v1/messages/count_tokens"),
        ("POST", "/completion", "llama.cpp", "text_completion", "/completion"),
        ("POST", "/llama/embedding", "llama.cpp", "embeddings", "/embedding"),
        ("GET", "/slots/0", "llama.cpp", "other", "/slots/{id}"),
        ("GET", "/metrics", "openai", "other", "/metrics"),
        ("POST", "/openai/deployments/my/chat/completions?api-version=1", "openai", "chat", "/v1/chat/completions"),
        ("POST", "/openai/deployments/my/embeddings", "openai", "embeddings", "/v1/embeddings"),
        ("POST", "/openai/deployments/my/other", "unknown", "other", "unknown"),
        ("POST", "/api/v0/completions", "openai", "text_completion", "/v1/completions"),
        ("POST", "/api/chatter", "unknown", "other", "unknown"),
        ("OPTIONS", "*", "unknown", "other", "unknown"),
        ("GET", "", "unknown", "other", "unknown"),
    ],
)
def test_routes(method: str, target: str, protocol: str, operation: str, template: str) -> None:
    assert classify(method, target)[:3] == (protocol, operation, template)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SmolLM2", "smollm2:latest"),
        ("smollm2:135M", "smollm2:135m"),
        ("library/x", "x:latest"),
        ("https://registry.ollama.ai/library/x:1", "x:1"),
        ("me/x", "me/x:latest"),
        ("localhost:5000/a/x", "localhost:5000/a/x:latest"),
    ],
)
def test_ollama_names(name: str, expected: str) -> None:
    assert ollama_name(name) == expected
    assert ollama_name(expected) == expected


def test_other_servers_names_stay() -> None:
    assert canonical("gpt-4o", ollama=False) == "gpt-4o"
    assert canonical(" ", ollama=True) is None
    source = exchange("v1_responses_nostream")
    body = source.request_body.replace(b"smollm2:135m", b"SmolLM2")
    asked = msgspec.structs.replace(source, request_body=body, request_size=len(body))
    assert decode(asked).model == "SmolLM2"
    assert decode(asked, {"capture"}).model == "smollm2:latest"


TRACE = b"4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = b"00f067aa0ba902b7"


@pytest.mark.parametrize(
    ("value", "valid"),
    [  # W3C Trace Context §3.2.2
        (b"00-%b-%b-01" % (TRACE, SPAN), True),
        (b"cc-%b-%b-01-what-comes" % (TRACE, SPAN), True),
        (b"00-%b-%b-01-more" % (TRACE, SPAN), False),
        (b"ff-%b-%b-01" % (TRACE, SPAN), False),
        (b"00-%b-%b-01" % (TRACE.upper(), SPAN), False),
        (b"00-%b-%b-01" % (b"0" * 32, SPAN), False),
        (b"00-%b-%b-01" % (TRACE, b"0" * 16), False),
        (b"", False),
    ],
)
def test_traceparent(value: bytes, valid: bool) -> None:
    assert (parent([value]) == (TRACE.decode(), SPAN.decode())) == valid
    assert parent([value, value]) == (None, None)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"error":"no"}', "no"),
        (b'{"error":{"message":"no","type":"t"}}', "no"),
        (b'{"type":"error","error":{"type":"t","message":"no"}}', "no"),
        (b'{"detail":"no"}', "no"),
        (b'{"error":"no', "no"),
        (b"404 page not found", "404 page not found"),
        (b"<html>", None),
        (b"", None),
        (b"{}", None),
    ],
)
def test_error_bodies(body: bytes, message: str | None) -> None:
    assert message_of(body) == message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=5), JSON, min_size=1, max_size=4), st.data())
def test_a_cut_object_is_still_an_object(value: dict[str, Any], data: st.DataObject) -> None:
    text = msgspec.json.encode(value)
    assert jsontext.read_cut(text, ANY) == value
    size = data.draw(st.integers(1, len(text)))
    found = jsontext.read_cut(text[:size], ANY)
    assert isinstance(found, dict)
    assert set(list(found)[:-1]) <= set(value), "every key but the last is whole"


def test_durations_where_nothing_is_known() -> None:
    assert arrival(None, (), ()) is None
    assert arrival(9, (4,), (0.1,)) is None
    assert longest_gap((0.5,)) is None
    assert longest_gap((0.5, 0.7, 1.9)) == pytest.approx(1.2)
    assert per_output_token(2.0, 0.5, 1) is None
    assert per_output_token(2.0, 0.5, 4) == 0.5


def test_who_called() -> None:
    source = exchange("v1_chat_nostream")
    asked = msgspec.json.decode(source.request_body)
    body = msgspec.json.encode({**asked, "user": "ana", "metadata": {"session_id": "s1"}})
    headers = ((b"User-Agent", b"agent/" + b"x" * 200),)
    given_body = msgspec.structs.replace(source, request_body=body, request_size=len(body), request_headers=headers)
    who = decode(given_body).identity
    assert (who.user, who.session, who.client, len(who.agent or "")) == ("ana", "s1", "127.0.0.1", 120)
    believed = msgspec.structs.replace(given_body, user="eva", session="s2", key="k")
    who = decode(believed).identity
    assert (who.user, who.session, who.key) == ("eva", "s2", "k")
