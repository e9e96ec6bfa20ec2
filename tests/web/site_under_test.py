"""The application with its pages, over a store in memory."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from api.double import KeeperDouble, MemoryStore
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.web.app import PAGES, mount
from sereno.web.page import Page


def made(exchanges: Any) -> Any:
    """The application and the keeper behind it."""
    view = KeeperDouble(MemoryStore(exchanges))
    app = create_app(view, ApiOptions())
    mount(app, view)
    return app, view


def addresses(view: Any, page: Page) -> list[str]:
    """Addresses at which a page shows something of a store that holds calls."""
    calls = [record.call for record in view.store.records]
    path = "/sereno" + page.path
    if page.name == "call":
        return [f"/sereno/calls/{call.id}" for call in calls[:6]]
    if page.name == "explain":  # of what has no figures there is no explanation
        pages = ["/sereno", *(f"/sereno/calls/{call.id}" for call in calls[:6] if call.model)]
        return [f"{path}?{urlencode({'page': one})}" for one in pages] if calls else []
    if page.name == "explanation":  # tests/web/test_explanations.py has some
        return []
    values: dict[str, list[str]] = {
        "user": [call.identity.user for call in calls if call.identity.user],
        "session": [call.identity.session for call in calls if call.identity.session],
        "model": sorted({call.model for call in calls if call.model}),
    }
    if page.name not in values:
        return [path]
    return [f"{path}?{urlencode({page.name: value})}" for value in list(dict.fromkeys(values[page.name]))[:6]]


__all__ = ["PAGES", "addresses", "made"]
