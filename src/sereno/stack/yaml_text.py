"""A document as YAML text, with a line that says who wrote it."""

from __future__ import annotations

from typing import Any

import yaml

HEADER = "# Written by `sereno stack build`; do not edit.\n"


def yaml_text(document: dict[str, Any]) -> str:
    """The document in the order it was made."""
    return HEADER + yaml.safe_dump(document, sort_keys=False, width=120, allow_unicode=True)
