"""What a model writes becomes plain text while it streams: no images, no links, no markup that could load anything."""

from __future__ import annotations

import re

_LONGEST = 600
"""Characters that are held back for the end of a construct; what is longer is none."""
_OPEN = re.compile(
    r"!?\[[^\]\n]*(?:\](?:\([^)\n]*)?)?$|<[/!?a-zA-Z][^>\n]*$|[!<]$|(?<!\w)[a-zA-Z][a-zA-Z0-9+.-]*:?/?/?\S*$|\S+$"
)
"""A construct, or a word that may be an address, that has not ended."""
_IMAGE = re.compile(r"!\[([^\]\n]*)\](?:\([^)\n]*\)|\[[^\]\n]*\])?")
_LINK = re.compile(r"\[([^\]\n]*)\]\([^)\n]*\)")
_DEFINITION = re.compile(r"^\s*\[[^\]\n]+\]:\s*\S+.*$", re.MULTILINE)
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]*>|<!--[^\n]*?-->|<![a-zA-Z][^<>\n]*>|<\?[^<>\n]*>|<[a-z][a-z0-9+.-]*:[^<>\s]*>")
_ADDRESS = re.compile(
    r"(?:\b[a-zA-Z][a-zA-Z0-9+.-]*:)?//[^\s)>\]]+|\b(?:www\.|data:|javascript:|mailto:|file:)[^\s)>\]]+", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_THINKING = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>\s*", re.DOTALL | re.IGNORECASE)
_EMPHASIS = re.compile(r"(\*\*|__|`{1,3})")


class PlainText:
    """Cleans a stream of text: `feed` returns what is safe to show, `end` the rest.

    A word is given on once it has ended, so that an address or a tag that comes in pieces is seen whole.
    """

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False

    def feed(self, chunk: str) -> str:
        """Take a piece; returns what is safe by now."""
        self._held += chunk
        self._skip_thoughts()
        if self._thinking:
            return ""
        match = _OPEN.search(self._held, max(0, len(self._held) - _LONGEST))
        cut = match.start() if match else len(self._held)
        for whole in (_IMAGE, _LINK, _TAG, _THINKING):  # no construct may be cut in two
            cut = next((one.start() for one in whole.finditer(self._held) if one.start() < cut < one.end()), cut)
        ready, self._held = self._held[:cut], self._held[cut:]
        return plain(ready)

    def end(self) -> str:
        """The rest, as if it had ended well."""
        rest, self._held = ("" if self._thinking else self._held), ""
        return plain(rest)

    def _skip_thoughts(self) -> None:
        """What a reasoning model thinks aloud is no answer."""
        self._held = _THINKING.sub("", self._held)
        opened = re.search(r"<think(?:ing)?>", self._held, re.IGNORECASE)
        self._thinking = opened is not None
        if opened is not None and len(self._held) > 200_000:
            self._held = self._held[: opened.end()]


def plain(text: str) -> str:
    """A text without images, links, tags, addresses, control and direction marks; their words stay."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n"))
    text = _DEFINITION.sub("", text)
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(r"\1", text)
    text = _TAG.sub("", text)
    text = _ADDRESS.sub("", text)
    return _EMPHASIS.sub("", text)
