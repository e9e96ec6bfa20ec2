"""Sereno, the night watchman of a local LLM stack.

A *gateway* stands in front of the model server, passes every byte through untouched and appends one
`Exchange` a call to a *journal*. A *keeper* reads the journal, decodes each exchange to a `Call`,
stores it, rolls it up and answers questions about it.

Applications import the small SDK from here: `from sereno import span, traced`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sereno.sdk.span import span
    from sereno.sdk.traced import traced

__all__ = ["__version__", "span", "traced"]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Load the SDK when it is asked for: no command needs it."""
    if name == "span":
        from sereno.sdk.span import span  # noqa: PLC0415  no command should wait for it

        return span
    if name == "traced":
        from sereno.sdk.traced import traced  # noqa: PLC0415  no command should wait for it

        return traced
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
