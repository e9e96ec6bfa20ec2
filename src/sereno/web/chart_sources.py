"""Which figures an address shows: the page behind it is asked again, and its figures are taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from sereno.errors import QueryError
from sereno.query.fields import LANGUAGE, TIMEZONE
from sereno.query.parameters import read
from sereno.query.problems import not_found
from sereno.web.addresses import link_here, link_to
from sereno.web.category_titles import category_titles
from sereno.web.charts import Chart
from sereno.web.page import Ask, Look, Page
from sereno.web.question import question
from sereno.web.shown import Shown
from sereno.web.texts import texts

PREFIX = "/sereno"
_DEEPEST = 6
_MOST_PARAMETERS = 50


class Source(msgspec.Struct, frozen=True):
    """Where figures come from: the page, its address, and what is drawn there."""

    page: Page
    address: str
    charts: tuple[Chart, ...]


def source(pages: Sequence[Page], ask: Ask, address: str, chart: str) -> Source:
    """The figures of an address; runs in the query pool.

    Args:
        pages: those whose figures can be explained.
        ask: the reader's question; its language, zone and moment count for the figures too.
        address: path and parameters of a page, such as `/sereno/model?model=llama3`.
        chart: id of one of its figures, "" for all of them over time.

    Raises:
        QueryError: it is no address of a page, or a parameter in it is wrong.
        Problem: there is no such figure, or nothing to show.
    """
    try:
        parts = urlsplit(address)
        pairs = parse_qsl(parts.query, max_num_fields=_MOST_PARAMETERS)
    except ValueError:  # no address, or very many parameters
        parts, pairs = urlsplit(""), []
    found = _found(pages, parts.path) if not parts.scheme and not parts.netloc else None
    if found is None:
        raise QueryError(
            "page", f"`page` is {address[:100]!r}, no page with figures.", "an address such as /sereno/cost"
        )
    page, path = found
    values = read(pairs, (*page.fields, LANGUAGE, TIMEZONE), ask.now)
    given = {name: value for name, value in pairs if value.strip()}
    inner = msgspec.structs.replace(
        ask, values=values, path=path, query=question(page, values, given.get("start_time", ""), ask.now)
    )
    times: dict[str, str] = {name: text for name, text in given.items() if name in ("start_time", "end_time")}
    t = texts(ask.language)
    look = Look(
        t=t,
        category=category_titles(ask.view, ask.language, t),
        shown=Shown(ask.language, ask.tz),
        link=partial(link_here, parts.path, pairs),
        to=partial(link_to, times),
        given=given,
    )
    drawn = list(page.figures(inner, look) if page.figures else charts_in(page.shape(page.gather(inner), look)))
    known = [one for one in drawn if one.known and one.kind != "radar"]
    chosen = known if page.figures else [one for one in known if one.times] or known
    kept = [one for one in known if one.id == chart] if chart else chosen
    if not kept:
        ids = ", ".join(one.id for one in known) or "none"
        raise not_found(f"There is no figure {chart[:64]!r} with data at {address[:100]}; it has: {ids}.")
    return Source(page, address, tuple(kept))


def charts_in(value: Any, depth: int = 0) -> Iterator[Chart]:
    """Every figure in what a page's `shape` gave, in order."""
    if isinstance(value, Chart):
        yield value
    elif depth < _DEEPEST and isinstance(value, Mapping):
        for one in value.values():
            yield from charts_in(one, depth + 1)
    elif depth < _DEEPEST and isinstance(value, list | tuple):
        for one in value:
            yield from charts_in(one, depth + 1)
    elif depth < _DEEPEST and isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from charts_in(getattr(value, name), depth + 1)


def _found(pages: Sequence[Page], path: str) -> tuple[Page, dict[str, str]] | None:
    for page in pages:
        pattern = re.escape(PREFIX + page.path).replace(r"\{id\}", r"(?P<id>[^/]{1,200})")
        if match := re.fullmatch(pattern, path):
            return page, {name: unquote(text) for name, text in match.groupdict().items()}
    return None
