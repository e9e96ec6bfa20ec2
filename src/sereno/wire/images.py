"""Images leave the bodies before they are stored: base64 becomes `{"sha256": …, "size": …}`.

The bytes are replaced where they stand in the JSON text, which needs no reading of the rest: so a cut or
malformed body loses its images just as well, and everything else stays as it was sent. Known places: Ollama's
`images` lists, llama.cpp's `multimodal_data`, data URIs (OpenAI's `image_url` and others), and the base64 sources of
Anthropic and of image generation.
"""

from __future__ import annotations

import re

import msgspec

from sereno.calls import Exchange
from sereno.wire.coding import decode_body
from sereno.wire.pictures import reference_of
from sereno.wire.request import coding_of

_STRING = rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)'
_IMAGES = re.compile(rb'(?<!\\)"(?:images|multimodal_data)"\s*:\s*\[((?:\s*(?:' + _STRING + rb")\s*,?)+)", re.DOTALL)
_ITEM = re.compile(_STRING, re.DOTALL)
_DATA_URI = re.compile(
    rb'(?<!\\)"data:([^",;\\]{0,100})[^",\\]{0,200};base64,([^"\\]*(?:\\.[^"\\]*)*)(?:"|\\?\Z)', re.DOTALL
)
_SOURCE = re.compile(
    rb'(?<!\\)"(data|b64_json|partial_image_b64)"(\s*:\s*)"'
    rb'([A-Za-z0-9+/=_-]*(?:\\[/nr][A-Za-z0-9+/=_-]*)*)(?:"|\\?\Z)'
)
_MIN_SOURCE = 64


def without_images(exchange: Exchange) -> Exchange:
    """The exchange with every base64 image in its bodies replaced by a reference.

    A body that had a content coding and an image loses its coding, too. Sizes follow, so that a body counts as
    truncated exactly if it was before.
    """
    request = _replaced(exchange.request_body, coding_of(exchange.request_headers))
    response = _replaced(exchange.response_body, coding_of(exchange.response_headers))
    if request is not None:
        exchange = msgspec.structs.replace(
            exchange,
            request_body=request,
            request_size=len(request) + max(0, exchange.request_size - len(exchange.request_body)),
            request_headers=_uncoded(exchange.request_headers),
        )
    if response is not None:
        exchange = msgspec.structs.replace(
            exchange,
            response_body=response,
            response_size=len(response) + max(0, exchange.response_size - len(exchange.response_body)),
            response_headers=_uncoded(exchange.response_headers),
        )
    return exchange


def _uncoded(headers: tuple[tuple[bytes, bytes], ...]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name, value) for name, value in headers if name.lower() != b"content-encoding")


def _replaced(body: bytes, coding: str) -> bytes | None:
    """The body without images, None if there are none."""
    if coding:
        body = decode_body(body, coding).body
    if b'"images"' not in body and b";base64," not in body and b'"data"' not in body and b"b64" not in body:
        return None
    found = _DATA_URI.sub(_data_uri, body)
    found = _SOURCE.sub(_source, found)
    found = _IMAGES.sub(_image_list, found)
    return None if found == body else found


def _reference(text: bytes, media_type: bytes = b"") -> bytes:
    plain = re.sub(rb"\\([/nr])", lambda escape: b"/" if escape[1] == b"/" else b"", text)
    seen = reference_of(plain, media_type.decode("latin-1") or None)
    value: dict[str, object] = {"sha256": seen.sha256, "size": seen.size}
    if seen.media_type:
        value["media_type"] = seen.media_type
    return msgspec.json.encode(value)


def _data_uri(match: re.Match[bytes]) -> bytes:
    return _reference(match[2], match[1])


def _source(match: re.Match[bytes]) -> bytes:
    if len(match[3]) < _MIN_SOURCE:
        return match[0]
    return b'"%b"%b%b' % (match[1], match[2], _reference(match[3]))


def _image_list(match: re.Match[bytes]) -> bytes:
    start = match.start(1) - match.start()
    return match[0][:start] + _ITEM.sub(lambda item: _reference(item[0].strip(b'"')), match[1])
