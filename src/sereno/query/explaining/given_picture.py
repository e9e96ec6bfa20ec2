"""A picture that a client sends: a data URL, checked before a model server has to open it."""

from __future__ import annotations

import binascii
from base64 import b64decode

from sereno.errors import QueryError
from sereno.explain.narrate.prompt import Image

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 8192
"""Of a side: a few bytes can say that they unpack to more than a machine has memory."""
EXPECTED = "data:image/png;base64,… or data:image/jpeg;base64,…"
_PNG = b"\x89PNG\r\n\x1a\n"
_MAGIC = {"image/png": _PNG, "image/jpeg": b"\xff\xd8\xff"}
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's start-of-frame markers, ITU-T T.81 table B.1."""
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
"""JPEG's markers without a length."""


def given_picture(url: str) -> Image:
    """The picture of a data URL.

    Raises:
        QueryError: it is none, is of another kind than it says, or is too large.
    """
    head, comma, body = url.partition(",")
    media = head.removeprefix("data:").removesuffix(";base64")
    if not comma or head != f"data:{media};base64" or media not in _MAGIC:
        raise QueryError("image", "image is no picture in a data URL", EXPECTED)
    if len(body) > MOST_BYTES * 4 // 3 + 4:
        raise QueryError("image", f"image is larger than {MOST_BYTES} bytes", f"at most {MOST_BYTES} bytes")
    try:
        data = b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise QueryError("image", "image is not base64", EXPECTED) from None
    return checked_picture(media, data)


def picture_of(data: bytes) -> Image:
    """The picture of a file's bytes, told apart by how they begin.

    Raises:
        QueryError: as `given_picture`.
    """
    if len(data) > MOST_BYTES:
        raise QueryError("image", f"image is larger than {MOST_BYTES} bytes", f"at most {MOST_BYTES} bytes")
    media = next((media for media, magic in _MAGIC.items() if data.startswith(magic)), "")
    if not media:
        raise QueryError("image", "image is neither PNG nor JPEG", "a PNG or JPEG file")
    return checked_picture(media, data)


def checked_picture(media: str, data: bytes) -> Image:
    """The picture, once its head says what it should.

    Raises:
        QueryError: as `given_picture`.
    """
    size = (_png_size if media == "image/png" else _jpeg_size)(data) if data.startswith(_MAGIC[media]) else None
    if size is None:
        raise QueryError("image", f"image is not {media}", EXPECTED)
    if not all(1 <= side <= MOST_PIXELS for side in size):
        expected = f"1 to {MOST_PIXELS} pixels a side"
        raise QueryError("image", f"image has {size[0]} × {size[1]} pixels", expected)
    return Image(media, data)


def _png_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of the header chunk, which comes first: RFC 2083 §4.1.1."""
    if len(data) < 33 or data[12:16] != b"IHDR":
        return None
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of the first frame header: ITU-T T.81 §B.2.2."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # fill
            at += 1
        elif marker in _BARE:
            at += 2
        elif marker in _FRAMES:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        else:
            length = int.from_bytes(data[at + 2 : at + 4], "big")
            if length < 2:
                return None
            at += 2 + length
    return None
