"""What a PromQL expression asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import promql_parser as parser

Operator = str
"""One of `=`, `!=`, `=~`, `!~`."""
_OPERATORS: dict[str, Operator] = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}
LONGEST = 8192
"""Characters; the parser's time grows with the square of the number of operators."""
DEEPEST = 100
"""Brackets inside brackets, signs in a row: the parser recurses, and ends the process when its stack does."""
_SIGNS = re.compile(rf"(?:[-+]\s*){{{DEEPEST}}}")
_MAKING_LABELS = frozenset({"label_replace", "label_join"})
"""Functions that make the label that their second argument names; `info` adds any."""


class Matcher(NamedTuple):
    """One condition on a label."""

    label: str
    operator: Operator
    value: str

    def __str__(self) -> str:
        """As PromQL writes it."""
        return f"{self.label}{self.operator}{quoted(self.value)}"


class Selector(NamedTuple):
    """A metric as an expression selects it.

    Attributes:
        metric: its name; None if the expression names none, or selects names by a regular expression.
        matchers: conditions, without that on `__name__`.
    """

    metric: str | None
    matchers: tuple[Matcher, ...]


class Query(NamedTuple):
    """What an expression asks for.

    Attributes:
        selectors: every selector, in the order of the text.
        grouped: label names in `by`, `without`, `on`, `ignoring` and `group_left`.
        made: label names that the expression itself makes (`label_replace`, `count_values` …).
        makes_any: it may make labels whose names are data (`info`).
        ranges: lengths in seconds of the range selectors.
    """

    selectors: tuple[Selector, ...]
    grouped: tuple[str, ...]
    made: frozenset[str]
    makes_any: bool
    ranges: tuple[float, ...]


def quoted(value: str) -> str:
    r"""A string literal of PromQL.

    >>> print(quoted('a"b\\c'))
    "a\"b\\c"
    """
    if "\\" in value or '"' in value or "\n" in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{value}"'


def read(text: str) -> Query:
    """Read an expression.

    Raises:
        ValueError: it is no PromQL; the message is the parser's.
    """
    tree = parsed(text)
    selectors: list[Selector] = []
    grouped: list[str] = []
    made: set[str] = set()
    ranges: list[float] = []
    makes_any = False
    for node in _nodes(tree):
        if isinstance(node, parser.VectorSelector):
            selectors += _selectors(node)
        elif isinstance(node, parser.MatrixSelector):
            ranges.append(node.range.total_seconds())
        elif isinstance(node, parser.AggregateExpr):
            if node.modifier is not None:
                grouped += node.modifier.labels
            if isinstance(node.param, parser.StringLiteral):  # count_values("label", …)
                made.add(node.param.val)
        elif isinstance(node, parser.BinaryExpr):
            modifier = node.modifier
            if modifier is not None:
                grouped += modifier.matching.labels if modifier.matching is not None else ()
                grouped += modifier.group_labels or ()
        elif isinstance(node, parser.Call):
            makes_any |= node.func.name == "info"
            if node.func.name in _MAKING_LABELS and isinstance(node.args[1], parser.StringLiteral):
                made.add(node.args[1].val)
    return Query(tuple(selectors), tuple(dict.fromkeys(grouped)), frozenset(made), makes_any, tuple(ranges))


def matchers(text: str) -> tuple[Matcher, ...]:
    """Conditions as they stand between the braces of a selector: `job="x",status=~"a|b"`; "" for none.

    Raises:
        ValueError: they are none, or one is on `__name__`.
    """
    if not text.strip():
        return ()
    tree = parsed(f"m{{{text}\n}}")  # the line feed ends a comment, which would swallow the brace
    selectors = _selectors(tree) if isinstance(tree, parser.VectorSelector) else ()
    if len(selectors) != 1 or selectors[0].metric != "m":
        raise ValueError("expected conditions on labels, separated by commas")
    return selectors[0].matchers


def parsed(text: str) -> parser.Expr:
    """The tree of an expression.

    Raises:
        ValueError: it is no PromQL, or too long or too deep to be parsed safely.
    """
    if len(text) > LONGEST:
        raise ValueError(f"{len(text)} characters; expected at most {LONGEST}")
    if _depth(text) > DEEPEST or _SIGNS.search(text):
        raise ValueError(f"more than {DEEPEST} brackets inside each other, or signs in a row")
    return parser.parse(text)


def _depth(text: str) -> int:
    """How deep brackets go; those inside strings count too, which only makes it stricter."""
    depth = deepest = 0
    for char in text:
        if char in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in ")]}":
            depth -= 1
    return deepest


def _nodes(tree: parser.Expr) -> Iterator[Any]:
    """Every node, parents first, in the order of the text."""
    waiting: list[Any] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        below: list[Any] = []
        if isinstance(node, parser.BinaryExpr):
            below = [node.lhs, node.rhs]
        elif isinstance(node, parser.Call):
            below = list(node.args)
        elif isinstance(node, parser.AggregateExpr):
            below = [node.param, node.expr]
        elif isinstance(node, parser.MatrixSelector):
            below = [node.vector_selector]
        elif isinstance(node, (parser.ParenExpr, parser.UnaryExpr, parser.SubqueryExpr)):
            below = [node.expr]
        waiting += [child for child in reversed(below) if isinstance(child, parser.Expr)]


def _selectors(node: parser.VectorSelector) -> tuple[Selector, ...]:
    """One selector for each of its alternatives (`{a="1" or a="2"}`)."""
    alternatives = node.matchers.or_matchers or [node.matchers.matchers]
    return tuple(_selector(node.name, found) for found in alternatives)


def _selector(name: str | None, found: list[parser.Matcher]) -> Selector:
    conditions = []
    for matcher in found:
        operator = _OPERATORS[str(matcher.op).rpartition(".")[2]]
        if matcher.name == "__name__":
            name = matcher.value if operator == "=" else name
        else:
            conditions.append(Matcher(matcher.name, operator, matcher.value))
    return Selector(name, tuple(conditions))
