"""Conditions on alerts, in Alertmanager's form: `job="qdrant"`, `severity!=critical`, `instance=~"gpu.*"`."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

_FORM = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^"\s{}!=~,\\\'`]*)\s*', re.ASCII)


class Matcher(NamedTuple):
    """One condition on a label.

    Attributes:
        name: the label.
        value: what it is compared with.
        regex: whether that is a regular expression, anchored at both ends.
        equal: whether it must match or must not.
    """

    name: str
    value: str
    regex: bool
    equal: bool

    def __str__(self) -> str:
        """As Alertmanager's configuration writes it."""
        operator = ("=~" if self.equal else "!~") if self.regex else ("=" if self.equal else "!=")
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.name}{operator}"{escaped}"'


def read_matcher(text: str) -> Matcher:
    r"""Read one condition.

    >>> str(read_matcher('instance =~ "gpu\\\\d"')), str(read_matcher("alertname!=Watchdog"))
    ('instance=~"gpu\\\\d"', 'alertname!="Watchdog"')

    Raises:
        ValueError: it is none; says what was expected.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text[:80]!r} is no condition; expected LABEL=VALUE, LABEL!=VALUE, LABEL=~REGEX or LABEL!~REGEX"
        )
    name, operator, value = match.groups()
    if value.startswith('"'):
        try:
            value = json.loads(value, strict=False)
        except ValueError:
            raise ValueError(f"{text[:80]!r} has an escape that JSON has not; write \\\\ for a backslash") from None
    if operator.endswith("~"):
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"{text[:80]!r} holds no regular expression: {error}") from None
    return Matcher(name, value, operator.endswith("~"), operator.startswith("="))
