"""Pictures that clients send: those of real encoders pass, what says other than it is does not."""

from __future__ import annotations

import io
import zlib
from base64 import b64encode
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from sereno.errors import QueryError
from sereno.query.explaining.given_picture import MOST_BYTES, MOST_PIXELS, checked_picture, given_picture, picture_of


def encoded(kind: str, width: int = 12, height: int = 7, **options: object) -> bytes:
    """A picture as Pillow (libpng, libjpeg) writes it."""
    with io.BytesIO() as out:
        Pillow.new("RGB", (width, height), "white").save(out, kind, **options)
        return out.getvalue()


def png(width: int, height: int) -> bytes:
    """The head of a PNG that says it is so large."""
    head = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d" + head + zlib.crc32(head).to_bytes(4, "big")


def url(media: str, data: bytes) -> str:
    return f"data:{media};base64,{b64encode(data).decode()}"


@pytest.mark.parametrize(
    ("media", "data"),
    [
        ("image/png", encoded("PNG")),
        ("image/jpeg", encoded("JPEG")),
        ("image/jpeg", encoded("JPEG", progressive=True, comment=b"x" * 300)),
        ("image/png", encoded("PNG", MOST_PIXELS, 1)),
        ("image/jpeg", encoded("JPEG", 1, MOST_PIXELS)),
    ],
)
def test_what_encoders_write_is_taken(media: str, data: bytes) -> None:
    assert given_picture(url(media, data)) == picture_of(data)
    assert (picture_of(data).media, picture_of(data).data) == (media, data)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("https://example.org/x.png", "no picture in a data URL"),
        ("data:image/svg+xml;base64,PHN2Zz4=", "no picture in a data URL"),
        ("data:image/png,iVBORw0KGgo=", "no picture in a data URL"),
        ("data:image/png;base64,%%%", "not base64"),
        (url("image/png", encoded("JPEG")), "not image/png"),
        (url("image/jpeg", encoded("PNG")), "not image/jpeg"),
        (url("image/png", encoded("PNG")[:20]), "not image/png"),
        (url("image/jpeg", encoded("JPEG")[:20]), "not image/jpeg"),
        (url("image/jpeg", b"\xff\xd8\xff\xe0\x00\x00" + bytes(40)), "not image/jpeg"),  # a length that goes nowhere
        (url("image/png", png(100_000, 100_000)), "100000 × 100000 pixels"),
        (url("image/png", png(0, 5)), "0 × 5 pixels"),
        (url("image/png", bytes(MOST_BYTES + 9)), f"larger than {MOST_BYTES} bytes"),
    ],
)
def test_what_is_no_picture_is_refused(given: str, told: str) -> None:
    with pytest.raises(QueryError, match=told) as caught:
        given_picture(given)
    assert caught.value.parameter == "image"


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(QueryError, match="neither PNG nor JPEG"):
        picture_of(encoded("GIF"))
    with pytest.raises(QueryError, match="larger than"):
        picture_of(encoded("PNG") + bytes(MOST_BYTES))


@given(st.sampled_from(["image/png", "image/jpeg"]), st.binary(max_size=60))
def test_any_bytes_are_a_picture_or_refused(media: str, tail: bytes) -> None:
    head = png(4, 4)[:16] if media == "image/png" else b"\xff\xd8\xff"
    with suppress(QueryError):
        assert checked_picture(media, head + tail).data == head + tail
