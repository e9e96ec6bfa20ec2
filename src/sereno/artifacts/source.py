"""`Source`: where the files of an adapter lie, whatever holds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

CHUNK = 1 << 20
"""Bytes read at once."""


class Source(Protocol):
    """Files by name, no folders below."""

    @property
    def location(self) -> str:
        """Where they are, as the registry keeps it: absolute path or `s3://…`."""

    def sizes(self) -> Mapping[str, int]:
        """Every file and its bytes."""

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file's bytes, in order.

        Raises:
            AdapterError: it cannot be read, or is not a plain file.
        """
