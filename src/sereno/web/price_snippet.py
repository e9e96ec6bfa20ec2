"""The lines of settings that would give models a price: names filled in, amounts left to the operator."""

from __future__ import annotations

import json
from collections.abc import Sequence

MOST = 20


def price_snippet(models: Sequence[str]) -> str:
    """A `[prices.NAME]` table in TOML 1.0 for some models; amounts stay comments: none is made up.

    Args:
        models: their names, as they came from the network.
    """
    named = "\n".join(f"  {toml_text(name)}," for name in models[:MOST])
    return (
        f"[prices.mine]\nmodels = [\n{named}\n]\n"
        "# input =      # USD for a million tokens of prompts; 0 is free\n"
        "# output =     # USD for a million tokens of answers\n"
        "# per_hour =   # or: USD for an hour of the machine\n"
    )


def toml_text(text: str) -> str:
    r"""A basic string (TOML 1.0 §String): JSON's escapes are among TOML's; DEL must be escaped as well.

    >>> toml_text('a"b' + chr(127))
    '"a\\"b\\u007f"'
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
