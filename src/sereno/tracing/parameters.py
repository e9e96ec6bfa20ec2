"""What a request asked of the model beside its text: sampling parameters and the answer's id, from the bodies.

A client may send anything; a field of the wrong type is absent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from sereno.calls import Call, Exchange
from sereno.tracing import names
from sereno.tracing.attributes import Attributes, Value
from sereno.wire import jsontext
from sereno.wire.coding import decode_body
from sereno.wire.request import coding_of

_FLOATS = {
    "temperature": names.REQUEST_TEMPERATURE,
    "top_p": names.REQUEST_TOP_P,
    "frequency_penalty": names.REQUEST_FREQUENCY_PENALTY,
    "presence_penalty": names.REQUEST_PRESENCE_PENALTY,
}
_INTEGERS = {
    "seed": names.REQUEST_SEED,
    "top_k": names.REQUEST_TOP_K,
    "max_tokens": names.REQUEST_MAX_TOKENS,  # OpenAI (older), Anthropic
    "max_completion_tokens": names.REQUEST_MAX_TOKENS,  # OpenAI
    "max_output_tokens": names.REQUEST_MAX_TOKENS,  # OpenAI Responses
    "num_predict": names.REQUEST_MAX_TOKENS,  # Ollama
    "n_predict": names.REQUEST_MAX_TOKENS,  # llama.cpp
}
_INT64 = 1 << 63
_STOPS, _STOP_CHARACTERS = 16, 200
_ANSWER_HEAD = 4096
_ANSWER_ID = re.compile(rb'"id"\s{0,4}:\s{0,4}"((?:chatcmpl|cmpl|msg|resp)[-_][\w-]{1,120})"')
"""Ids of OpenAI's and Anthropic's answers, which stand in the first event of a stream too."""


class _Request(msgspec.Struct, gc=False):
    """The fields looked at; all others are skipped unread."""

    options: Any = None
    temperature: Any = None
    top_p: Any = None
    top_k: Any = None
    seed: Any = None
    n: Any = None
    stop: Any = None
    stop_sequences: Any = None
    frequency_penalty: Any = None
    presence_penalty: Any = None
    max_tokens: Any = None
    max_completion_tokens: Any = None
    max_output_tokens: Any = None
    n_predict: Any = None


_decoder = msgspec.json.Decoder(_Request)


def parameters_of(call: Call, exchange: Exchange) -> Attributes:
    """The request's parameters and the answer's id.

    Args:
        call: what the exchange meant; Ollama's parameters stand in its `options`.
        exchange: the bodies as on the wire.
    """
    found: Attributes = {}
    asked = _request(exchange)
    if asked is not None:
        fields = {name: getattr(asked, name) for name in _Request.__struct_fields__}
        options = asked.options
        if call.protocol == "ollama" and isinstance(options, dict):
            fields = fields | options
        found = _parameters(fields)
    if answer := _answer_id(exchange):
        found[names.RESPONSE_ID] = answer
    return found


def _parameters(fields: Mapping[str, Any]) -> Attributes:
    out: dict[str, Value] = {}
    for field, name in _FLOATS.items():
        value = fields.get(field)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e308:
            out[name] = float(value)
    for field, name in _INTEGERS.items():
        value = fields.get(field)
        if not isinstance(value, int) or not _fits(value):
            continue
        if name == names.REQUEST_MAX_TOKENS and value <= 0:
            continue  # Ollama's −1 and −2 stand for no limit
        out[name] = value
    choices = fields.get("n")
    if isinstance(choices, int) and _fits(choices) and choices != 1:
        out[names.REQUEST_CHOICES] = choices
    stops = fields.get("stop") or fields.get("stop_sequences")
    stops = [stops] if isinstance(stops, str) else stops
    if isinstance(stops, list):
        texts = tuple(text[:_STOP_CHARACTERS] for text in stops[:_STOPS] if isinstance(text, str))
        if texts:
            out[names.REQUEST_STOP] = texts
    return out


def _fits(value: int) -> bool:
    return not isinstance(value, bool) and -_INT64 <= value < _INT64


def _request(exchange: Exchange) -> _Request | None:
    body, coding = exchange.request_body, coding_of(exchange.request_headers)
    if coding:
        body = decode_body(body, coding).body
    if not body or exchange.request_truncated:
        return None
    try:
        return jsontext.read(body, _decoder)
    except ValueError:
        return None


def _answer_id(exchange: Exchange) -> str | None:
    body, coding = exchange.response_body[:_ANSWER_HEAD], coding_of(exchange.response_headers)
    if coding:
        body = decode_body(body, coding, limit=_ANSWER_HEAD).body
    match = _ANSWER_ID.search(body)
    return match[1].decode("ascii", "replace") if match else None
