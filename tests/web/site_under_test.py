"""The application with its pages, over a store in memory."""

from __future__ import annotations

from typing import Any

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
    models = sorted({call.model for call in calls if call.model})
    path = "/sereno" + page.path
    wants = {
        "call": [f"/sereno/calls/{call.id}" for call in calls[:6]],
        "user": [("user", user) for user in dict.fromkeys(c.identity.user for c in calls if c.identity.user)],
        "session": [
            ("session", name) for name in dict.fromkeys(c.identity.session for c in calls if c.identity.session)
        ],
        "model": [("model", name) for name in models],
    }.get(page.name)
    if wants is None:
        return [path]
    return [want if isinstance(want, str) else f"{path}?{_encoded(*want)}" for want in wants[:6]]


def _encoded(name: str, value: str) -> str:
    from urllib.parse import urlencode

    return urlencode({name: value})


__all__ = ["PAGES", "addresses", "made"]
