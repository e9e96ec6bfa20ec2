"""A JSON object from a file of an adapter: hostile until read, each wrong field named."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from sereno.errors import ConfigError

MOST_BYTES = 64 * 1024 * 1024
"""A longer file of settings or training state is refused unread."""
MOST_TEXT = 4096


class AdapterError(ConfigError):
    """An adapter is not what it must be: says which file, what was wrong and what was expected."""


def read_object(name: str, raw: bytes) -> Document:
    """The JSON object in a file.

    `NaN` and `Infinity`, which Python's Trainer writes where a loss diverged, are read; a name given twice is not.

    Args:
        name: of the file, for messages.
        raw: its bytes.

    Raises:
        AdapterError: it is no JSON object.
    """
    if len(raw) > MOST_BYTES:
        raise AdapterError(f"{name} has {len(raw):,} bytes; at most {MOST_BYTES:,} are read")
    try:
        found = json.loads(raw.decode("utf-8"), object_pairs_hook=_unique)
    except UnicodeDecodeError:
        raise AdapterError(f"{name} is not UTF-8 text; expected a JSON object") from None
    except RecursionError:
        raise AdapterError(f"{name} is nested too deep; expected a JSON object as the trainer writes it") from None
    except ValueError as error:
        raise AdapterError(f"{name} cannot be read as JSON: {error}") from None
    if not isinstance(found, dict):
        raise AdapterError(f"{name} holds a JSON {_kind(found)}; expected an object")
    return Document(name, found)


class Document:
    """A JSON object with typed access; absent and null are the same.

    Args:
        name: where it stands, for messages.
        values: its members.
    """

    def __init__(self, name: str, values: Mapping[str, Any]) -> None:
        self.name = name
        self.values = values

    def text(self, key: str) -> str | None:
        """A member that is a string of at most 4,096 characters."""
        value: str | None = self._typed(key, str, "a string")
        if value is not None and len(value) > MOST_TEXT:
            raise AdapterError(f"{self.name}: {key} has {len(value):,} characters; at most {MOST_TEXT:,} are expected")
        return value

    def whole(self, key: str) -> int | None:
        """A member that is a whole number, also written `3.0`."""
        value = self.number(key)
        if value is None:
            return None
        if not math.isfinite(value) or value != int(value):
            raise AdapterError(f"{self.name}: {key} is {value}; expected a whole number")
        return int(value)

    def number(self, key: str) -> float | None:
        """A member that is a number, not finite ones included."""
        value = self._typed(key, (int, float), "a number")
        try:
            return None if value is None else float(value)
        except OverflowError:
            raise AdapterError(f"{self.name}: {key} is a number beyond any use") from None

    def flag(self, key: str) -> bool | None:
        """A member that is true or false."""
        value = self.values.get(key)
        if value is None or isinstance(value, bool):
            return value
        raise AdapterError(f"{self.name}: {key} is a JSON {_kind(value)}; expected true or false")

    def texts(self, key: str) -> tuple[str, ...]:
        """A member that is a list of strings, or one string."""
        value = self.values.get(key)
        if isinstance(value, str):
            return (value,)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) and len(item) <= MOST_TEXT for item in value):
            raise AdapterError(f"{self.name}: {key} is not a list of strings")
        return tuple(value)

    def _typed(self, key: str, kind: type | tuple[type, ...], expected: str) -> Any:
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, kind):
            raise AdapterError(f"{self.name}: {key} is a JSON {_kind(value)}; expected {expected}")
        return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice[:100]!r} stands twice in one object")
    return found


def _kind(value: object) -> str:
    names = {dict: "object", list: "list", str: "string", bool: "boolean", int: "number", float: "number"}
    return names.get(type(value), "null")
