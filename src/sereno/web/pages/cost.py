"""The pages of cost."""

from __future__ import annotations

from sereno.web.page import Page

PAGES: tuple[Page, ...] = ()
