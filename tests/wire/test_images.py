"""No base64 image reaches the store, whatever state the body is in."""

from __future__ import annotations

import gzip
from base64 import b64encode
from hashlib import sha256

import msgspec
import pytest

from captures.loader import NAMES, exchange
from sereno.calls import Exchange
from sereno.wire.conversation import messages
from sereno.wire.decode import decode
from sereno.wire.images import without_images

PICTURE = bytes(range(256)) * 8
BASE64 = b64encode(PICTURE).decode()
DIGEST = sha256(PICTURE).hexdigest()
BODIES = {
    "chat_stream": {"model": "m", "messages": [{"role": "user", "content": "What?", "images": [BASE64, BASE64]}]},
    "generate_stream": {"model": "m", "prompt": "What?", "images": [BASE64]},
    "v1_chat_stream": {
        "model": "m",
        "messages": [{"role": "user", "content": [
            {"type": "text", "text": "What?"},
            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{BASE64}"}},
        ]}],
    },
    "v1_responses_stream": {
        "model": "m",
        "input": [{"role": "user", "content": [
            {"type": "input_text", "text": "What?"},
            {"type": "input_image", "image_url": f"data:image/png;base64,{BASE64}"},
        ]}],
    },
    "v1_messages_stream": {
        "model": "m",
        "messages": [{"role": "user", "content": [
            {"type": "text", "text": "What?"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": BASE64}},
        ]}],
    },
}  # fmt: skip


def asked(name: str, body: bytes, size: int | None = None) -> Exchange:
    return msgspec.structs.replace(exchange(name), request_body=body, request_size=size or len(body))


@pytest.mark.parametrize("name", BODIES)
def test_an_image_becomes_its_hash_and_size(name: str) -> None:
    source = asked(name, msgspec.json.encode(BODIES[name]))
    kept = without_images(source)
    assert BASE64[:40].encode() not in kept.request_body
    msgspec.json.decode(kept.request_body)
    assert not kept.request_truncated
    expected = 2 if name == "chat_stream" else 1
    images = [image for message in messages(kept).messages for image in message.images]
    assert [(image.sha256, image.size) for image in images] == [(DIGEST, len(PICTURE))] * expected
    assert messages(source) == messages(kept)
    before = decode(source)
    assert before.images == expected
    assert before.prompt == "What?"
    assert decode(kept) == msgspec.structs.replace(before, request_bytes=kept.request_size)


@pytest.mark.parametrize("name", BODIES)
def test_a_body_cut_anywhere_keeps_no_part_of_its_image(name: str) -> None:
    body = msgspec.json.encode(BODIES[name])
    for size in range(0, len(body), 7):
        kept = without_images(asked(name, body[:size], len(body)))
        assert kept.request_truncated
        at = body.index(BASE64[:20].encode())
        if size > at + 100:
            assert BASE64[:40].encode() not in kept.request_body, size
        assert not (decode(kept).decode_error or "").startswith("decoder failed")


def test_a_coded_body_loses_coding_and_image() -> None:
    body = gzip.compress(msgspec.json.encode(BODIES["chat_stream"]))
    source = asked("chat_stream", body)
    source = msgspec.structs.replace(source, request_headers=(*source.request_headers, (b"Content-Encoding", b"gzip")))
    kept = without_images(source)
    assert b"Content-Encoding" not in dict(kept.request_headers)
    assert DIGEST.encode() in kept.request_body
    assert decode(kept).prompt == decode(source).prompt == "What?"


@pytest.mark.parametrize("name", [name for name in NAMES if name != "chat_bad_image"])
def test_without_an_image_nothing_is_touched(name: str) -> None:
    assert without_images(exchange(name)) is exchange(name)


def test_text_that_speaks_of_images_is_text() -> None:
    text = 'my JSON: {"images": ["' + "A" * 300 + '"], "data": "' + "B" * 300 + '"}'
    body = msgspec.json.encode({"model": "m", "messages": [{"role": "user", "content": text}]})
    source = asked("chat_stream", body)
    assert without_images(source) is source
