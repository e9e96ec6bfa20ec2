"""How large a share of the readings lies below a figure, told with that figure: "95 % of the values are below 3 s"."""

from __future__ import annotations

from collections.abc import Sequence

from sereno.explain.verify.context import Context
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.support import Support


def check_shares(mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]) -> None:
    """The share is so where the figure is the percentile that it names, which `role.role_of` has asked of it."""
    for i, context in enumerate(told):
        if context.role == "quantile":
            figure = next((n for n in range(i + 1, len(mentions)) if mentions[n].kind == "quantity"), None)
            found[i] = {} if figure is None else dict(found[figure])
