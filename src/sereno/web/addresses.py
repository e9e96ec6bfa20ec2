"""Where links of pages lead: to the same page asked otherwise, or to another in the same range of time."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from sereno.query.paging import address


def link_here(path: str, pairs: list[tuple[str, str]], **changed: str | None) -> str:
    """This page with some parameters changed: a new question begins on its first page."""
    return address(path, [(n, v) for n, v in pairs if n != "lang"], {"cursor": None, "offset": None, **changed})


def link_to(times: Mapping[str, str], path: str, **parameters: str | None) -> str:
    """Another page, in the same range of time."""
    kept = {**times, **{n: v for n, v in parameters.items() if v is not None}}
    return f"/sereno{path}" + (f"?{urlencode(kept)}" if kept else "")


def explain_address(page: str, chart: str = "") -> str:
    """Where the figures of a page are explained: one of them, or all.

    >>> explain_address("/sereno/cost?start_time=7d", "cost")
    '/sereno/explain?page=%2Fsereno%2Fcost%3Fstart_time%3D7d&chart=cost'
    """
    return "/sereno/explain?" + urlencode({"page": page} | ({"chart": chart} if chart else {}))
