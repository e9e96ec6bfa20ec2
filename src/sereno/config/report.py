"""What the settings are and where each came from, for `sereno config show`, pages and support."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from sereno.config.kinds import Secret
from sereno.config.load import DEFAULT_ORIGIN, Loaded, all_names
from sereno.config.table import find


class Shown(msgspec.Struct, frozen=True):
    """One setting as people see it.

    Attributes:
        name: dotted name.
        value: its text; a secret is `***`.
        origin: `default`, `sereno.toml:12`, `SERENO_DATA`, `--data`.
        plain: the value as JSON has it (sizes in bytes, durations in seconds).
    """

    name: str
    value: str
    origin: str
    plain: Any


def shown(loaded: Loaded) -> Iterator[Shown]:
    """Every setting in the order of the reference."""
    for name in all_names(loaded):
        row = find(name)
        if row is None:
            continue
        value = loaded.value(name)
        yield Shown(name, row.kind.show(value), loaded.origins.get(name, DEFAULT_ORIGIN), _plain(value))


def document(loaded: Loaded) -> Mapping[str, Any]:
    """The same as one JSON object: name → value and origin, with the file that was read."""
    return {
        "file": str(loaded.file) if loaded.file else None,
        "settings": {item.name: {"value": item.plain, "origin": item.origin} for item in shown(loaded)},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, (bool, int, float)) or value is None:
        return value
    if isinstance(value, Secret):
        return str(value)
    if isinstance(value, tuple):
        return list(value)
    return str(value)
