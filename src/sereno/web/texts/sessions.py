"""Texts of the page sessions."""

TEXTS: dict[str, tuple[str, str]] = {}
