"""Images in prompts: base64 text or a data URI becomes a reference of hash and size."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from hashlib import sha256

from sereno.calls import ImageRef

See = Callable[[object, str | None], ImageRef]
"""How a reader of messages turns an image (base64 text, data URI, or a stored reference) into a reference."""

_UNSEEN = ImageRef("", 0)


def unseen(_image: object, _media_type: str | None) -> ImageRef:
    """The same empty reference for every image: for readers that only count them."""
    return _UNSEEN


def reference(image: object, media_type: str | None = None) -> ImageRef:
    """The reference of an image: SHA-256 and size of its decoded bytes; of a plain URL, of its text.

    References that were stored before (objects with `sha256` and `size`) are taken as they are.
    """
    if isinstance(image, dict):
        digest, size, kind = image.get("sha256"), image.get("size"), image.get("media_type")
        return ImageRef(
            digest if isinstance(digest, str) else "",
            size if isinstance(size, int) else 0,
            kind if isinstance(kind, str) else media_type,
        )
    text = image if isinstance(image, str) else ""
    if text.startswith("data:"):
        head, _, text = text.partition(",")
        media_type = head[5:].partition(";")[0] or None
    elif "://" in text[:16]:
        return ImageRef(sha256(text.encode("utf-8", "replace")).hexdigest(), 0, media_type)
    return reference_of(text.encode("ascii", "replace"), media_type)


def reference_of(encoded: bytes, media_type: str | None = None) -> ImageRef:
    """The reference of base64 text, which may be cut, unpadded or in the URL alphabet."""
    plain = encoded.translate(_STANDARD, b" \t\r\n=")
    if len(plain) % 4 == 1:
        plain = plain[:-1]
    try:
        data = b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except Base64Error:
        data = encoded
    return ImageRef(sha256(data).hexdigest(), len(data), media_type)


_STANDARD = bytes.maketrans(b"-_", b"+/")
