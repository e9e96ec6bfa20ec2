"""`le` values as Prometheus 3 stores them.

Prometheus 3 writes whole bucket edges with a point (`le="5"` of a scrape is stored as `5.0`), Prometheus 2 keeps what
the target wrote. A rule with `le="5"` therefore matches nothing on 3. Sereno writes `5.0` itself, so for its own
metrics `5.0` is right everywhere; for others a pattern takes both.
"""

from __future__ import annotations

import re
from decimal import Decimal

_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n]*)
    | (?P<le>\ble\s*=\s*(?P<quote>["'`])(?P<edge>\d+)(?P=quote))
    | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)
    """,
    re.VERBOSE | re.ASCII | re.DOTALL,
)


def le_value(edge: Decimal) -> str:
    """An edge as Prometheus 3 stores it (Go's shortest form, with a point).

    >>> [le_value(Decimal(text)) for text in ("3", "0.5", "10", "2.50", "0.00001", "600")]
    ['3.0', '0.5', '10.0', '2.5', '1e-05', '600.0']
    """
    return repr(float(edge))


def le_matcher(edge: Decimal, *, ours: bool) -> str:
    r"""The condition that selects one bucket.

    Args:
        edge: upper edge.
        ours: the metric is exposed by Sereno, which writes edges as Prometheus 3 stores them.

    >>> print(le_matcher(Decimal("3"), ours=True), le_matcher(Decimal("3"), ours=False))
    le="3.0" le=~"3(\\.0)?"
    >>> print(le_matcher(Decimal("0.5"), ours=False))
    le="0.5"
    """
    value = le_value(edge)
    if ours or not value.endswith(".0"):
        return f'le="{value}"'
    return f'le=~"{value.removesuffix(".0")}(\\\\.0)?"'


def normalised(expression: str) -> str:
    r"""The expression, in which `le="5"` also finds what Prometheus 3 stores.

    >>> print(normalised('rate(m_bucket{le="5",x="le=\\"3\\""}[5m]) # le="1"'))
    rate(m_bucket{le=~"5(\\.0)?",x="le=\"3\""}[5m]) # le="1"
    """

    def replace(match: re.Match[str]) -> str:
        return match[0] if match["edge"] is None else le_matcher(Decimal(match["edge"]), ours=False)

    return _TOKEN.sub(replace, expression)


def seconds_edge(value: Decimal, edges: tuple[float, ...]) -> tuple[Decimal | None, Decimal | None]:
    """The nearest edges below (or at) and above a value, None where there is none."""
    exact = [Decimal(repr(edge)) for edge in edges]
    below = max((edge for edge in exact if edge <= value), default=None)
    above = min((edge for edge in exact if edge > value), default=None)
    return below, above
