"""Fields of a YAML mapping, each with its place; text stays text until a field says what it is.

Scalars are not interpreted as YAML 1.1 would (`no`, `1:30`, `1e3`); 99.5 is the decimal 99.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches

import yaml

from sereno.promql.durations import milliseconds
from sereno.slo.spec import Place, SpecError

_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)


class Fields:
    """A mapping of a spec, read field by field; `done` complains about what nobody asked for."""

    def __init__(self, node: yaml.Node, file: str, path: str = "") -> None:
        self.file = file
        self.path = path
        if not isinstance(node, yaml.MappingNode):
            raise SpecError(Place(file, node.start_mark.line + 1, path), f"{_shown(node)}; expected fields")
        self.line = node.start_mark.line + 1
        self._nodes: dict[str, yaml.Node] = {}
        self._lines: dict[str, int] = {}
        self._asked: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in self._nodes:
                raise SpecError(self._place_at(key, name), "stands here twice; expected once")
            self._nodes[name] = value
            self._lines[name] = key.start_mark.line + 1

    def place(self, name: str = "") -> Place:
        """Where a field stands; where it should, if it is missing."""
        return Place(self.file, self._lines.get(name, self.line), self._join(name))

    def error(self, name: str, message: str) -> SpecError:
        """An error about a field."""
        return SpecError(self.place(name), message)

    def has(self, name: str) -> bool:
        """Whether a field is there and not empty (`null`)."""
        self._asked.add(name)
        node = self._nodes.get(name)
        return node is not None and not is_null(node)

    def names(self) -> list[str]:
        """Every field."""
        return list(self._nodes)

    def ignore(self, *names: str) -> None:
        """Fields that may be there and mean nothing to us."""
        self._asked.update(names)

    def text(self, name: str, default: str | None = None, expected: str = "text") -> str:
        """A field of text; missing without a default is an error."""
        if not self.has(name):
            if default is None:
                raise self._missing(name, expected)
            return default
        node = self._nodes[name]
        if not isinstance(node, yaml.ScalarNode):
            raise self.error(name, f"{_shown(node)}; expected {expected}")
        return str(node.value)

    def choice(self, name: str, values: tuple[str, ...], default: str | None = None) -> str:
        """One of a few words."""
        expected = " or ".join(values)
        value = self.text(name, default, expected)
        if value not in values:
            raise self.error(name, f"{value[:80]!r} is none of the choices; expected {expected}")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """True or false."""
        return self.choice(name, ("true", "false"), "true" if default else "false") == "true"

    def decimal(self, name: str, expected: str) -> Decimal:
        """An exact number."""
        text = self.text(name, expected=expected)
        return self._number(name, text, expected)

    def percent(self, name: str, expected: str) -> Decimal:
        """An exact number, with or without a percent sign."""
        text = self.text(name, expected=expected)
        return self._number(name, text.strip().removesuffix("%").rstrip(), expected)

    def whole(self, name: str, default: int, least: int, greatest: int) -> int:
        """A whole number."""
        text = self.text(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) < 16 and least <= int(text) <= greatest):
            raise self.error(name, f"{text[:80]!r}; expected a whole number from {least} to {greatest}")
        return int(text)

    def duration(self, name: str, default: int | None = None) -> int:
        """A duration in whole seconds."""
        if default is not None and not self.has(name):
            return default
        text = self.text(name, expected="a duration such as 30d")
        try:
            total = milliseconds(text)
        except ValueError as error:
            raise self.error(name, str(error)) from None
        if total % 1000:
            raise self.error(name, f"{text!r}; expected whole seconds")
        return total // 1000

    def labels(self, name: str, *, names: bool = True) -> dict[str, str]:
        """A mapping of texts; with `names` its keys must be label names."""
        if not self.has(name):
            return {}
        fields = self.fields(name)
        out = {key: fields.text(key) for key in fields.names()}
        for key in out:
            if names and (_LABEL.fullmatch(key) is None or key.startswith("__")):
                raise fields.error(key, "is no label name; expected letters, digits and _, not beginning with a digit")
        return out

    def fields(self, name: str) -> Fields:
        """A field that holds fields."""
        if not self.has(name):
            raise self._missing(name, "fields")
        return Fields(self._nodes[name], self.file, self._join(name))

    def optional(self, name: str) -> Fields | None:
        """A field that may hold fields."""
        return self.fields(name) if self.has(name) else None

    def items(self, name: str) -> Iterator[Fields]:
        """A list of fields; missing is an error, empty is not."""
        if not self.has(name):
            raise self._missing(name, "a list")
        node = self._nodes[name]
        if not isinstance(node, yaml.SequenceNode):
            raise self.error(name, f"{_shown(node)}; expected a list")
        for index, item in enumerate(node.value):
            yield Fields(item, self.file, f"{self._join(name)}[{index}]")

    def length(self, name: str) -> int:
        """How many items a list has; 0 if it is missing."""
        node = self._nodes.get(name) if self.has(name) else None
        return len(node.value) if isinstance(node, yaml.SequenceNode) else 0

    def done(self) -> None:
        """Complain about the first field that nobody asked for."""
        for name in self._nodes:
            if name not in self._asked:
                near = get_close_matches(name, self._asked, n=1, cutoff=0.7)
                hint = f"; did you mean {near[0]}?" if near else f"; expected {', '.join(sorted(self._asked))}"
                raise self.error(name, f"is no field here{hint}")

    def _missing(self, name: str, expected: str) -> SpecError:
        others = [other for other in self._nodes if other not in self._asked]
        near = get_close_matches(name, others, n=1, cutoff=0.7)
        if near:
            place = Place(self.file, self._lines[near[0]], self._join(name))
            return SpecError(place, f"is missing, {near[0]} stands here; expected {expected}")
        return self.error(name, f"is missing; expected {expected}")

    def _number(self, name: str, text: str, expected: str) -> Decimal:
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise self.error(name, f"{text[:80]!r} is no number; expected {expected}") from None
        if not value.is_finite() or "_" in text or len(text) > 30 or abs(value.adjusted()) > 20:
            raise self.error(name, f"{text[:80]!r}; expected {expected}")
        return value

    def _join(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path and name else self.path or name

    def _place_at(self, node: yaml.Node, name: str) -> Place:
        return Place(self.file, node.start_mark.line + 1, self._join(name))


def is_null(node: yaml.Node) -> bool:
    """Whether a value is empty (`null`, `~` or nothing)."""
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _shown(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return f"{str(node.value)[:80]!r}"
    return "is a list" if isinstance(node, yaml.SequenceNode) else "holds fields"
