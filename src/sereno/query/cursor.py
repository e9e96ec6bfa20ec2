"""Cursors of lists: opaque, URL-safe text that says after which call the next page begins.

Inside: base64url without padding of msgpack `[version, started_at, id, sort, value]`. A cursor is not secret and not
signed: it can only say where to go on, never what may be seen.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from math import isfinite

import msgspec

from sereno.calls import id_bytes, id_text
from sereno.errors import QueryError
from sereno.store.base import Cursor, Sort

_VERSION = 2
_LONGEST = 96
_decoder = msgspec.msgpack.Decoder(tuple[int, float, bytes, Sort, float | None])


def encode_cursor(cursor: Cursor) -> str:
    """The text of a cursor."""
    value = None if cursor.value is None else float(cursor.value)
    packed = msgspec.msgpack.encode((_VERSION, float(cursor.started_at), id_bytes(cursor.id), cursor.sort, value))
    return urlsafe_b64encode(packed).rstrip(b"=").decode()


def decode_cursor(text: str) -> Cursor:
    """The cursor in a text.

    Raises:
        QueryError: it is not one that `encode_cursor` made.
    """
    try:
        if not text.isascii() or len(text) > _LONGEST:
            raise ValueError("too long or not ASCII")  # noqa: TRY301  # one except for all ways to be wrong
        packed = urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
        version, started_at, raw, sort, value = _decoder.decode(packed)
        cursor = Cursor(started_at, id_text(raw), sort, value)
        if (
            version != _VERSION
            or not isfinite(started_at)
            or not isfinite(value or 0.0)
            or encode_cursor(cursor) != text
        ):
            raise ValueError("of another version, or not canonical")  # noqa: TRY301  # same
    except (ValueError, msgspec.DecodeError):
        raise QueryError(
            "cursor",
            "This cursor is not one that a page gave.",
            "the `cursor` in the Link header of the previous page, unchanged; leave it out to begin anew",
        ) from None
    return cursor
