"""What an alert rule watches: the series of its expression, and from where on they are bad.

`rate(errors[5m]) > 0.05 and on () sum(increase(all[5m])) >= 5` fires while it holds; what a person wants to see is
`rate(errors[5m])`, over hours, with a line at 0.05.
"""

from __future__ import annotations

from typing import NamedTuple

import promql_parser as parser

from sereno.promql.query import parsed

_FLIPPED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}
"""A comparison with its sides changed."""


class Watched(NamedTuple):
    """A part of an alert's expression.

    Attributes:
        query: the series that are compared, without the comparison.
        operator: `>`, `>=`, `<`, `<=`, `==` or `!=`; "" where nothing is compared with a number.
        limit: the number; None likewise.
    """

    query: str
    operator: str = ""
    limit: float | None = None


def watched(expression: str) -> list[Watched]:
    """What an expression watches: one part for each of its alternatives (`or`); conditions beside it are left out.

    >>> watched("5 < avg(x) and on () sum(y) >= 5")
    [Watched(query='avg(x)', operator='>', limit=5.0)]

    Raises:
        ValueError: it is no PromQL.
    """
    out: list[Watched] = []
    waiting: list[parser.Expr] = [parsed(expression)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, parser.ParenExpr):
            waiting.append(node.expr)
        elif isinstance(node, parser.BinaryExpr) and str(node.op) == "or":
            waiting += [node.rhs, node.lhs]
        elif isinstance(node, parser.BinaryExpr) and str(node.op) in {"and", "unless"}:
            waiting.append(node.lhs)
        else:
            out.append(_part(node))
    return out


def _part(node: parser.Expr) -> Watched:
    if isinstance(node, parser.BinaryExpr) and (operator := str(node.op)) in _FLIPPED:
        if (limit := _number(node.rhs)) is not None:
            return Watched(_text(node.lhs), operator, limit)
        if (limit := _number(node.lhs)) is not None:
            return Watched(_text(node.rhs), _FLIPPED[operator], limit)
        return Watched(_text(node.lhs))
    return Watched(_text(node))


def _number(node: parser.Expr) -> float | None:
    """The number that a literal is, also `-1` and `(24 * 3600)`; None for what only a Prometheus can say."""
    if isinstance(node, parser.NumberLiteral):
        return float(node.val)
    if isinstance(node, parser.ParenExpr):
        return _number(node.expr)
    if isinstance(node, parser.UnaryExpr):
        inner = _number(node.expr)
        return None if inner is None else -inner
    if isinstance(node, parser.BinaryExpr):
        left, right, operator = _number(node.lhs), _number(node.rhs), str(node.op)
        if left is not None and right is not None and operator in {"*", "/"}:
            return left * right if operator == "*" else left / right if right else None
    return None


def _text(node: parser.Expr) -> str:
    while isinstance(node, parser.ParenExpr):
        node = node.expr
    return str(node.prettify())
