"""Texts of the page health."""

TEXTS: dict[str, tuple[str, str]] = {}
