"""Texts of the page models."""

TEXTS: dict[str, tuple[str, str]] = {}
