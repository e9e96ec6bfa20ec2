"""Texts of the page users."""

TEXTS: dict[str, tuple[str, str]] = {}
