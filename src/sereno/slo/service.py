"""What the formats share: a service with objectives, names, periods, percentages, labels."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import NamedTuple

from sereno.slo.fields import Fields
from sereno.slo.spec import Labels, Slo, SpecError, decimal_text
from sereno.slo.windows import DAY, pairs

NAME = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?", re.ASCII)
"""Names of services and objectives: they become label values, file names and parts of ids."""
NAME_EXPECTED = "1 to 63 letters, digits, '-', '_' or '.', beginning and ending with a letter or digit"
RESERVED = frozenset({"sloth_id", "sloth_service", "sloth_slo", "sloth_window", "sloth_severity", "le", "alertname"})
"""Labels that the compiler writes itself."""
PERIOD = 30 * DAY
PERCENT = "a percentage above 0 and below 100, for instance 99.5"


class Service(NamedTuple):
    """What a document says of all its objectives. The period is in seconds."""

    name: str
    labels: Labels
    period: int


def read_service(
    document: Fields, period: int, read_slo: Callable[[Fields, Service], Slo]
) -> Iterator[Slo | SpecError]:
    """Every objective of a document in our shape, or what is wrong with it.

    Args:
        document: fields of which the caller has asked for those that only it knows.
        period: of objectives that give none.
        read_slo: reads one of them.

    Raises:
        SpecError: the document itself is wrong.
    """
    document.text("version")
    service = Service(named(document, "service"), checked(document, document.labels("labels"), "labels"), period)
    if not document.length("slos"):
        raise document.error("slos", "is missing or empty; expected a list of objectives")
    found = list(document.items("slos"))
    document.done()
    for fields in found:
        try:
            yield read_slo(fields, service)
        except SpecError as error:
            yield error


def named(fields: Fields, name: str) -> str:
    """A field that names a service or an objective."""
    value = fields.text(name, expected=NAME_EXPECTED)
    if NAME.fullmatch(value) is None:
        raise fields.error(name, f"{value[:80]!r} is no name; expected {NAME_EXPECTED}")
    return value


def read_period(fields: Fields, name: str, default: int) -> int:
    """A period for which there are alert windows, in seconds."""
    period = fields.duration(name, default)
    try:
        pairs(period)
    except ValueError as error:
        raise fields.error(name, str(error)) from None
    return period


def read_objective(fields: Fields, name: str, value: Decimal) -> Decimal:
    """A percentage that leaves a budget and asks for something."""
    if not 0 < value < 100:
        why = "leaves no error budget" if value >= 100 else "asks for nothing"
        raise fields.error(name, f"{decimal_text(value)} {why}; expected {PERCENT}")
    return value


def checked(fields: Fields, labels: dict[str, str], name: str) -> dict[str, str]:
    """Labels of the user's own, none of which is ours."""
    taken = sorted(RESERVED & labels.keys())
    if taken:
        raise fields.error(name, f"{taken[0]} is written by the compiler; expected another name")
    return labels
