"""The name of the model in a request's body, found without reading the body as JSON where possible."""

from __future__ import annotations

import re
from typing import Final

import msgspec

_NAME: Final = re.compile(rb'"model"\s*:\s*"((?:[^"\\\x00-\x1f]|\\.){0,512})"')
"""Inside a JSON string every quote is escaped, so `"model"` as a whole is always a key."""
_NESTING: Final = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)("?)|[{}\[\]]', re.DOTALL)
"""A string may lack its end, so that no byte is looked at twice when the body is cut or hostile."""
_VALUE: Final = re.compile(rb'\s*:\s*("[^"\\]*(?:\\.[^"\\]*)*")')
_FRONT: Final = 4096
_BACK: Final = 1024


class _Named(msgspec.Struct, gc=False):
    model: str | None = None
    name: str | None = None


_decode: Final = msgspec.json.Decoder(_Named).decode


def glimpse(body: bytes) -> bytes | None:
    """What is likely the model: a key `"model"` near the beginning or the end, at whatever depth. For display only."""
    match = _NAME.search(body, 0, _FRONT)
    if match is None and len(body) > _FRONT:
        match = _NAME.search(body, len(body) - _BACK)
    return None if match is None else match[1]


def find_model(body: bytes, complete: bool) -> str | None:
    """The model that a request names at the top of its JSON object, None if none is there (yet). For routing.

    Args:
        body: the body so far.
        complete: whether that is the whole of it.
    """
    if complete:
        try:
            found = _decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        return found.model or found.name
    depth = 0
    for match in _NESTING.finditer(body):
        opened = body[match.start()]
        if opened in b"{[":
            depth += 1
        elif opened in b"}]":
            depth -= 1
        elif depth == 1 and match[2] and match[1] in (b"model", b"name"):
            value = _VALUE.match(body, match.end())
            if value is not None:
                try:
                    return msgspec.json.decode(value[1], type=str)
                except (msgspec.DecodeError, UnicodeDecodeError):
                    return None
    return None
