"""What requests asked for, by the conventions' names, from recorded traffic and from what a hostile client may send."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captures.loader import exchange
from sereno.tracing.attributes import Attributes
from sereno.tracing.parameters import parameters_of
from sereno.wire.decode import decode

BASE = exchange("chat_nostream")


def of(name: str) -> Attributes:
    recorded = exchange(name)
    return parameters_of(decode(recorded), recorded)


def asked(body: Any, target: str = "/api/chat") -> Attributes:
    raw = msgspec.json.encode(body)
    changed = msgspec.structs.replace(BASE, target=target, request_body=raw, request_size=len(raw), response_body=b"")
    return parameters_of(decode(changed), changed)


def test_ollamas_options() -> None:
    assert of("chat_stop_option") == {
        "gen_ai.request.temperature": 0.0,
        "gen_ai.request.seed": 1,
        "gen_ai.request.max_tokens": 40,
        "gen_ai.request.stop_sequences": ("the",),
    }


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("v1_chat_stream", "chatcmpl-124"),
        ("v1_messages_stream", "msg_e454271adea6599594145167"),
        ("v1_responses_nostream", "resp_408041"),
    ],
)
def test_the_answers_id_is_found_in_streams_too(name: str, answer: str) -> None:
    assert of(name)["gen_ai.response.id"] == answer
    assert of(name)["gen_ai.request.max_tokens"] == 24


def test_choices() -> None:
    assert of("llama-cpp/chat_two_choices")["gen_ai.request.choice.count"] == 2


def test_no_limit_is_no_number() -> None:
    assert asked({"options": {"num_predict": -1, "top_k": 40, "top_p": 1}}) == {
        "gen_ai.request.top_k": 40, "gen_ai.request.top_p": 1.0,
    }  # fmt: skip


@pytest.mark.parametrize("value", ["x", None, True, [], {}, 1 << 80, {"a": 1}, -(1 << 90)])
def test_fields_of_the_wrong_type_are_absent(value: Any) -> None:
    names = ("seed", "top_k", "max_tokens", "n")
    assert asked(dict.fromkeys(names, value), "/v1/chat/completions") == {}
    assert asked({"options": value}) == {}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists))
def test_whatever_is_sent_becomes_a_span_or_nothing(value: Any) -> None:
    from sereno.tracing.span import span_of

    fields = ("temperature", "top_p", "seed", "stop", "max_tokens", "n", "frequency_penalty", "options")
    found = asked(dict.fromkeys(fields, value), "/v1/chat/completions")
    span_of(decode(BASE), found).SerializeToString()


def test_a_body_that_is_no_json_has_no_parameters() -> None:
    assert of("chat_malformed_json") == {}
