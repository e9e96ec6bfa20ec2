"""The Link header (RFC 8288) that leads to the next page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode


def address(path: str, pairs: Iterable[tuple[str, str]], changed: Mapping[str, str | None]) -> str:
    """Path and query with some parameters replaced, or removed where the new value is None.

    >>> address("/a", [("model", "x y"), ("offset", "10")], {"offset": None, "cursor": "abc"})
    '/a?model=x+y&cursor=abc'
    """
    kept = [(name, value) for name, value in pairs if name not in changed and value != ""]
    kept += [(name, value) for name, value in changed.items() if value is not None]
    return f"{path}?{urlencode(kept)}" if kept else path


def next_link(target: str) -> str:
    """The value of a Link header; the target is a relative reference, so it holds behind any proxy."""
    return f'<{target}>; rel="next"'
