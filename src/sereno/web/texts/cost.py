"""Texts of the page cost."""

TEXTS: dict[str, tuple[str, str]] = {}
