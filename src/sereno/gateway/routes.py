"""Which server a request goes to: the keeper for paths that are ours, else a model server by prefix or model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from sereno.conventions import KEEPER_PREFIXES
from sereno.gateway.options import UpstreamOptions
from sereno.gateway.refusal import Refusal
from sereno.trust.wildcard import matches

_OURS: Final = re.compile(
    rb"(?:" + b"|".join(re.escape(p.encode()) for p in KEEPER_PREFIXES) + rb")(?:[/?].*)?", re.DOTALL
)
_ODD: Final = re.compile(rb"%|//|/\.")
"""Paths that may mean another path once they are decoded and their dot segments removed."""
_UPSTREAM_METRICS: Final = re.compile(rb"/sereno/upstream/([^/?]+)/metrics(?:\?.*)?")


def is_ours(path: bytes) -> bool:
    """Whether a path (with its query) belongs to Sereno, by whole segments, as written.

    Raises:
        Refusal: it does not as written but does once decoded, or the other way round.
    """
    ours = _OURS.fullmatch(path) is not None
    if _ODD.search(path) is not None:
        plain = normal(path)
        if (_OURS.fullmatch(plain) is not None) != ours:
            raise Refusal(
                400, "bad_request", f"This path is another way to write {plain.decode('latin-1')}; write it so."
            )
    return ours


def normal(path: bytes) -> bytes:
    """A path as a server may come to see it: percent-decoded once, without empty and dot segments, without query.

    >>> normal(b"//x/../%6detrics?a=/../b")
    b'/metrics'
    """
    segments: list[bytes] = []
    for segment in unquote_to_bytes(path.partition(b"?")[0]).split(b"/"):
        if segment == b"..":
            del segments[-1:]
        elif segment not in (b"", b"."):
            segments.append(segment)
    return b"/" + b"/".join(segments)


def upstream_of_metrics(path: bytes) -> str | None:
    """NAME where a path is `/sereno/upstream/NAME/metrics`: that model server's own metrics."""
    match = _UPSTREAM_METRICS.fullmatch(path)
    return None if match is None else unquote_to_bytes(match[1]).decode("utf-8", "replace")


class Rule(NamedTuple):
    """One model server and what sends requests to it."""

    name: str
    prefix: bytes
    strip: bool
    models: tuple[str, ...]


class Routes:
    """The rules of a gateway.

    Attributes:
        default: name of the server that takes what no rule claims.
        by_prefix: rules with a prefix, longest first.
        by_model: rules with model names, in the order configured.
    """

    __slots__ = ("by_model", "by_prefix", "default")

    def __init__(self, upstreams: Sequence[UpstreamOptions]) -> None:
        rules = [Rule(u.name, u.prefix.encode(), u.strip_prefix, tuple(m.lower() for m in u.models)) for u in upstreams]
        self.default = next(u.name for u in upstreams if u.is_default)
        self.by_prefix = sorted((rule for rule in rules if rule.prefix), key=lambda rule: -len(rule.prefix))
        self.by_model = [rule for rule in rules if rule.models and not rule.prefix]

    def prefix(self, path: bytes) -> tuple[str, bytes] | None:
        """Name and path to forward, where a rule's prefix matches by whole segments."""
        for rule in self.by_prefix:
            if path.startswith(rule.prefix):
                rest = path[len(rule.prefix) :]
                if not rest or rest[:1] in (b"/", b"?"):
                    if not rule.strip:
                        return rule.name, path
                    return rule.name, rest if rest[:1] == b"/" else b"/" + rest
        return None

    def model(self, model: str | None) -> str:
        """Name of the server for a model, compared without case, with and without `:latest`."""
        if model is not None:
            asked = model.lower()
            short = asked.removesuffix(":latest")
            for rule in self.by_model:
                if any(matches(p, asked) or matches(p, short) for p in rule.models):
                    return rule.name
        return self.default
