"""The pages of users."""

from __future__ import annotations

from sereno.web.page import Page

PAGES: tuple[Page, ...] = ()
