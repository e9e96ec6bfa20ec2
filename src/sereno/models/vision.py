"""Which models can see, where the server does not say: known by their names."""

from __future__ import annotations

import re

_SEES = re.compile(
    r"vision|llava|moondream|bakllava|minicpm-v|pixtral|-vl\b|[._-]vl[._:-]|qwen2?\.?5?-?vl|gpt-4o|gpt-4\.1|gpt-5|(?:^|/)o[34]\b"
    r"|claude-(?:3|opus|sonnet|haiku)|gemini|gemma3|gemma-3|llama4|llama-4|mistral-small3\.[12]|granite3\.2-vision|smolvlm|internvl",
    re.IGNORECASE,
)


def sees(model: str) -> bool:
    """Whether a model of this name takes pictures.

    >>> sees("moondream:latest"), sees("llama3.2-vision"), sees("llama3.2:3b")
    (True, True, False)
    """
    return _SEES.search(model) is not None
