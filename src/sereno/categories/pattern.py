r"""Regular expressions that cannot run away: nothing in them can match in two ways.

A pattern comes from settings and meets whatever a prompt holds. So it is a sequence of single characters, classes
(`[a-z#]`, `[^0-9]`), `.`, `\d`, `\w` and `\s`, each with `?`, `{m,n}`, `+` or `*` behind it if wanted, the last two up
to 64 times; `\b`, `^` and `$` for ends of words and of the prompt; and `|` between whole alternatives. What may be
repeated must not be able to begin what follows it: then a place in the text is left or taken at once, and a search
takes at most (length of the text) × (length of the longest match) steps.

Patterns see the text as `folding.plain` does: lower case, no accents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from sereno.categories.folding import plain, symbols

MOST_CHARACTERS = 200
MOST_REPEATS = 64
MOST_MATCHED = 256
"""Characters that one alternative may match."""
_ANY = frozenset(range(256))
_CLASSES = {
    "d": frozenset(b"0123456789"),
    "w": frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_"),
    "s": frozenset(b" \t\n\r\x0b\x0c"),
}
_ENDS = {"b": rb"\b", "^": rb"\A", "$": rb"\Z"}
_COUNT = re.compile(r"\{(\d{1,3})(?:(,)(\d{0,3}))?\}")


class Item(NamedTuple):
    """One place of a pattern: the bytes that may stand there and how often; `end` instead for a place of no width."""

    members: frozenset[int]
    least: int = 1
    most: int = 1
    end: bytes = b""


class Pattern(NamedTuple):
    """A pattern, ready to search what `folding.plain` made.

    Attributes:
        regex: for Python's `re`.
        needle: a run of characters that every text that matches contains, b"" if nothing is certain.
        symbols: those of it that `folding.symbols` would find: most texts have few, so most patterns need no search.
        whole: whether the needle is all there is to it.
    """

    regex: re.Pattern[bytes]
    needle: bytes
    symbols: frozenset[int]
    whole: bool

    def found(self, folded: bytes) -> bool:
        """Whether it matches anywhere in a text that has its symbols."""
        return self.needle in folded and (self.whole or self.regex.search(folded) is not None)


def compile_pattern(text: str) -> Pattern:
    """The pattern that a text from settings means.

    Raises:
        ValueError: a sentence that says what in it is not allowed, or could run away.
    """
    if not text:
        raise ValueError("it is empty")
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"it is longer than {MOST_CHARACTERS} characters")
    alternatives: list[list[Item]] = []
    rest = "|" + text
    while rest:
        items, rest = _items(rest[1:])
        _check(items)
        alternatives.append(items)
    regex = re.compile(b"|".join(b"".join(_source(item) for item in items) for items in alternatives))
    if len(alternatives) > 1:
        return Pattern(regex, b"", frozenset(), whole=False)
    needle = _needle(items)
    return Pattern(regex, needle, symbols(needle), whole=len(needle) == len(items))


def _items(text: str) -> tuple[list[Item], str]:
    """The items up to the next `|`, and what is left from there."""
    items: list[Item] = []
    while text and text[0] != "|":
        if text[0] in "()":
            raise ValueError("groups are not allowed; write each alternative as a pattern of its own")
        if text[0] in "?*+{":
            raise ValueError(f"there is nothing that {text[0]} could repeat; write \\{text[0]} for the character")
        item, text = _atom(text)
        if not item.end:
            item, text = _repeated(item, text)
        items.append(item)
    return items, text


def _atom(text: str) -> tuple[Item, str]:
    first = text[0]
    if first in "^$":
        return Item(frozenset(), 0, 0, _ENDS[first]), text[1:]
    if text.startswith("\\b"):
        return Item(frozenset(), 0, 0, _ENDS["b"]), text[2:]
    if first == ".":
        return Item(_ANY), text[1:]
    if first == "[":
        members, rest = _class(text[1:])
        return Item(members), rest
    members, rest = _character(text)
    return Item(members), rest


def _character(text: str) -> tuple[frozenset[int], str]:
    r"""A character, an escaped one, or `\d`, `\w`, `\s`."""
    first, rest = text[0], text[1:]
    if first == "\\":
        if not rest:
            raise ValueError("it ends in a backslash; write \\\\ for the character")
        first, rest = rest[0], rest[1:]
        if first in _CLASSES:
            return _CLASSES[first], rest
        if first in "nt":
            return frozenset(b"\n" if first == "n" else b"\t"), rest
        if first.isalnum():
            raise ValueError(f"\\{first} is not allowed; of these there are \\d, \\w, \\s, \\b, \\n and \\t")
    folded = plain(first)
    if folded == b"?" and first != "?":
        raise ValueError(f"{first!r} is never found: texts are read as ASCII without accents, any other sign as ?")
    return frozenset(folded), rest


def _class(text: str) -> tuple[frozenset[int], str]:
    """What stands between [ and ], and what is left."""
    negated = text.startswith("^")
    text = text[1:] if negated else text
    members: set[int] = set()
    while text and text[0] != "]":
        one, text = _character(text)
        if text.startswith("-") and len(text) > 1 and text[1] != "]":
            last, text = _character(text[1:])
            if len(one) != 1 or len(last) != 1 or min(one) > min(last):
                raise ValueError("a class has a range without a beginning and an end, such as [a-z]")
            one = frozenset(range(min(one), min(last) + 1))
        members |= one
    if not text:
        raise ValueError("a class is not closed; write \\[ for the character")
    found = _ANY - members if negated else frozenset(members)
    if not found:
        raise ValueError("a class is empty")
    return found, text[1:]


def _repeated(item: Item, text: str) -> tuple[Item, str]:
    least, most, length = 1, 1, 0
    if text[:1] in {"?", "*", "+"}:
        least, most = {"?": (0, 1), "*": (0, MOST_REPEATS), "+": (1, MOST_REPEATS)}[text[0]]
        length = 1
    elif text.startswith("{"):
        count = _COUNT.match(text)
        if count is None:
            raise ValueError("{ is not followed by a count such as {2,5}; write \\{ for the character")
        least = int(count[1])
        most = least if not count[2] else int(count[3] or MOST_REPEATS)
        length = count.end()
    if not least <= most <= MOST_REPEATS or not most:
        raise ValueError(f"a count must rise from m to n in {{m,n}}, up to {MOST_REPEATS}")
    if length and text[length : length + 1] in {"?", "*", "+", "{"}:
        raise ValueError("one thing is repeated twice over")
    return item._replace(least=least, most=most), text[length:]


def _check(items: list[Item]) -> None:
    if not any(item.least for item in items):
        raise ValueError("it, or one of its alternatives, can match nothing at all")
    if sum(item.most for item in items) > MOST_MATCHED:
        raise ValueError(f"it can match more than {MOST_MATCHED} characters; write smaller counts such as {{1,20}}")
    for place, item in enumerate(items):
        if item.least != item.most and any(item.members & other for other in _followers(items[place + 1 :])):
            raise ValueError(
                "what is repeated in it could also begin what follows, so a text might match in many ways; "
                "make the two differ, for instance [^:]*: instead of .*:"
            )


def _followers(items: list[Item]) -> Iterator[frozenset[int]]:
    """What may stand right behind: up to the first item that must be there."""
    for item in items:
        yield item.members
        if item.least:
            return


def _needle(items: list[Item]) -> bytes:
    """The longest run of single characters that must be there."""
    longest = run = b""
    for item in items:
        sure = len(item.members) == 1 and item.least == item.most == 1
        run = run + bytes(item.members) if sure else b""
        longest = max(longest, run, key=lambda found: (bool(symbols(found)), len(found)))
    return longest


def _source(item: Item) -> bytes:
    """The item for Python's `re`, in a spelling that means nothing else."""
    if item.end:
        return item.end
    if len(item.members) == 1:
        one = re.escape(bytes(item.members))
    else:
        one = b"[" + b"".join(b"\\x%02x" % member for member in sorted(item.members)) + b"]"
    return one if item.least == item.most == 1 else one + b"{%d,%d}" % (item.least, item.most)
