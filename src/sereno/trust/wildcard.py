"""Model names with `*`, in time that grows with the name alone, whatever the name is."""

from __future__ import annotations


def matches(pattern: str, name: str) -> bool:
    """Whether the whole name fits; `*` stands for any text, everything else for itself.

    >>> matches("qwen*", "qwen3:8b"), matches("*:8b", "qwen3:8b"), matches("qwen", "qwen3"), matches("a*a", "a")
    (True, True, False, False)
    """
    first, *rest = pattern.split("*")
    if not rest:
        return name == pattern
    *middle, last = rest
    if len(name) < len(first) + len(last) or not name.startswith(first) or not name.endswith(last):
        return False
    at, end = len(first), len(name) - len(last)
    for part in middle:
        found = name.find(part, at, end)  # the leftmost place leaves most room for the rest
        if found < 0:
            return False
        at = found + len(part)
    return True
