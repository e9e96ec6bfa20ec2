"""What an objective is, whatever format it was written in. Money, shares and thresholds are exact decimals."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

import msgspec

from sereno.promql.query import Matcher
from sereno.slo.windows import FOR, Severity

Format = Literal["sereno/v1", "prometheus/v1", "openslo/v1"]
WINDOW = "{{.window}}"
"""Where a query's range goes; Sloth's placeholder."""
Labels = Mapping[str, str]
_ROUGHLY = Context(prec=17)
_EXACT = Context(prec=100)


class Place(msgspec.Struct, frozen=True):
    """Where something stands in a file; the line counts from 1."""

    file: str
    line: int
    field: str

    def __str__(self) -> str:
        """As compilers write it."""
        return f"{self.file}:{self.line}: {self.field}" if self.field else f"{self.file}:{self.line}"


class SpecError(ValueError):
    """Something in a spec is wrong; the message begins with its place."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(f"{place}: {message}")


class Availability(msgspec.Struct, frozen=True, kw_only=True):
    """Bad events of all events, counted by one counter."""

    metric: str
    where: tuple[Matcher, ...] = ()
    bad: tuple[Matcher, ...]
    total: tuple[Matcher, ...] = ()


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """Events slower than a bucket edge of a classic histogram.

    Attributes:
        histogram: its name without `_bucket`.
        threshold: an edge of it, in its unit.
        ours: Sereno exposes it, so edges are written as Prometheus 3 stores them.
    """

    histogram: str
    where: tuple[Matcher, ...] = ()
    threshold: Decimal
    ours: bool


class Mean(msgspec.Struct, frozen=True, kw_only=True):
    """A mean that must not exceed a limit by more than a variance: one counter divided by another."""

    sum: str
    count: str
    where: tuple[Matcher, ...] = ()
    at_most: Decimal


class Events(msgspec.Struct, frozen=True, kw_only=True):
    """Two queries of the user's own, bad (or good) events and all events, with `WINDOW` where the range goes."""

    bad: str | None
    good: str | None = None
    total: str


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """One query of the user's own that answers with the ratio of errors (or successes)."""

    query: str
    success: bool = False


Indicator = Availability | Latency | Mean | Events | Ratio


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One severity of an objective's alert. `hold` is Prometheus's `for`, in seconds."""

    severity: Severity
    enabled: bool = True
    hold: int
    labels: Labels = msgspec.field(default_factory=dict)
    annotations: Labels = msgspec.field(default_factory=dict)


class Alerting(msgspec.Struct, frozen=True, kw_only=True):
    """How an objective tells.

    Attributes:
        name: `alertname` of both severities.
        alerts: page and ticket.
        minimum_events: fewer events than this in the long window tell nobody: one failure of three is no incident.
        no_data: whether a vanished metric is told (`alert`) or means nothing (`ignore`). No traffic is never an error.
        runbook: a URL or a path.
    """

    name: str
    alerts: tuple[Alert, ...] = (
        Alert(severity="page", hold=FOR["page"]),
        Alert(severity="ticket", hold=FOR["ticket"]),
    )
    labels: Labels = msgspec.field(default_factory=dict)
    annotations: Labels = msgspec.field(default_factory=dict)
    minimum_events: int = 0
    no_data: Literal["ignore", "alert"] = "ignore"
    runbook: str = "docs/runbooks/slo-error-budget-burn.md"


class Slo(msgspec.Struct, frozen=True, kw_only=True):
    """One objective.

    Attributes:
        service, name: together they are unique.
        objective: percent of good events; for a mean 100 − the allowed variance.
        period: seconds.
        labels: on every rule.
        asks: every query with the place it came from, so that what nobody exposes is told where it stands.
        place: where it was read.
    """

    service: str
    name: str
    description: str = ""
    objective: Decimal
    period: int
    indicator: Indicator
    alerting: Alerting
    labels: Labels = msgspec.field(default_factory=dict)
    asks: tuple[tuple[Place, str], ...] = ()
    format: Format
    place: Place

    @property
    def id(self) -> str:
        """Its name everywhere."""
        return f"{self.service}-{self.name}"

    @property
    def budget(self) -> Decimal:
        """Allowed error, 0 to 1, exact.

        >>> from sereno.slo.windows import DAY
        >>> Slo(service="a", name="b", objective=Decimal("99.9"), period=30 * DAY, indicator=Ratio(query="x"),
        ...     alerting=Alerting(name="A"), format="sereno/v1", place=Place("f", 1, "")).budget
        Decimal('0.001')
        """
        return (100 - self.objective) / 100

    @property
    def is_mean(self) -> bool:
        """Whether its error is an overshoot, which has no upper end."""
        return isinstance(self.indicator, Mean)


@lru_cache(maxsize=4096)
def decimal_text(value: Decimal | Fraction) -> str:
    """A number as a rule writes it: exact where a decimal can be, else to 17 digits.

    >>> decimal_text(Decimal("0.0050")), decimal_text(Fraction(144, 10) * Fraction("0.005")), decimal_text(Decimal(30))
    ('0.005', '0.072', '30')
    >>> decimal_text(Fraction(28, 30))
    '0.93333333333333333'
    """
    if isinstance(value, Fraction):
        value = _decimal(value)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimal(value: Fraction) -> Decimal:
    rest, powers = value.denominator, {2: 0, 5: 0}
    for prime in powers:
        while rest % prime == 0:
            rest //= prime
            powers[prime] += 1
    if rest != 1:
        return _ROUGHLY.divide(Decimal(value.numerator), Decimal(value.denominator))
    shift = max(powers.values())
    return Decimal(value.numerator * 10**shift // value.denominator).scaleb(-shift, _EXACT)
