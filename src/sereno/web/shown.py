"""Figures as people read them, in their language: few digits, a unit, an en dash for what is unknown.

Separators are those of Unicode's CLDR for English and Spanish: a decimal comma in Spanish, groups of three from five
digits on (`9999`, `12.345`), a space before the per cent sign, `mil` for thousands.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

Language = Literal["en", "es"]
UNKNOWN = "–"
NARROW = "\N{NO-BREAK SPACE}"
_SWAP = str.maketrans({",": ".", ".": ","})


class Shown:
    """Formats of one language and one time zone.

    Args:
        language: `en` or `es`.
        tz: IANA name of a time zone that exists here.
    """

    def __init__(self, language: Language = "en", tz: str = "UTC") -> None:
        self.language = language
        self.tz = tz
        self._zone = UTC if tz == "UTC" else ZoneInfo(tz)
        self._thousand = "k" if language == "en" else "mil"

    def number(self, value: float | None, digits: int = 0) -> str:
        """A number with a fixed count of decimals.

        >>> Shown("es").number(12345.678, 1), Shown("es").number(9999), Shown().number(9999)
        ('12.345,7', '9999', '9,999')
        """
        if value is None:
            return UNKNOWN
        text = f"{value:,.{digits}f}"
        if self.language == "en":
            return text
        text = text.translate(_SWAP)
        return text.replace(".", "") if abs(value) < 9999.5 else text

    def count(self, value: float | None) -> str:
        r"""A number, short beyond ten thousand.

        >>> [Shown().count(v) for v in (9999, 12_345, 99_960, 999_950, 7_654_321, None)]
        ['9,999', '12.3\xa0k', '100\xa0k', '1.00\xa0M', '7.65\xa0M', '–']
        >>> Shown("es").count(12_345)
        '12,3\xa0mil'
        """
        if value is None:
            return UNKNOWN
        if abs(value) < 10_000:
            return self.number(value)
        for size, unit in ((1e3, self._thousand), (1e6, "M"), (1e9, "G"), (1e12, "T")):
            scaled = value / size
            if abs(scaled) < 999.5 or unit == "T":
                return f"{self._significant(scaled)}{NARROW}{unit}"
        raise AssertionError

    def rate(self, value: float | None) -> str:
        """A rate: two or three significant digits.

        >>> Shown().rate(0.0123), Shown().rate(12.34), Shown("es").rate(3.21)
        ('0.012', '12.3', '3,21')
        """
        if value is None:
            return UNKNOWN
        if value and abs(value) < 0.1:
            return self._swapped(f"{value:.2g}")
        return self.count(value) if abs(value) >= 1000 else self._significant(value) if value else "0"

    def _significant(self, value: float) -> str:
        digits = 2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0
        return self.number(value, digits)

    def _swapped(self, text: str) -> str:
        return text if self.language == "en" else text.translate(_SWAP)

    def seconds(self, value: float | None) -> str:
        r"""A duration.

        >>> [Shown().seconds(v) for v in (0.00042, 0.0421, 1.5, None)]
        ['0.42\xa0ms', '42\xa0ms', '1.50\xa0s', '–']
        >>> [Shown().seconds(v) for v in (75.2, 7260, 90_000)]
        ['1\xa0min\xa015\xa0s', '2\xa0h\xa01\xa0min', '1\xa0d\xa01\xa0h']
        """
        if value is None:
            return UNKNOWN
        if value < 0.9995:
            milli = value * 1000
            return f"{self.number(milli, 0 if milli >= 9.95 or not milli else 1 if milli >= 0.995 else 2)}{NARROW}ms"
        if value < 59.95:
            return f"{self.number(value, 2 if value < 9.995 else 1)}{NARROW}s"
        whole = round(value)
        for size, unit, less, below in ((60, "min", 1, "s"), (3600, "h", 60, "min"), (86400, "d", 3600, "h")):
            if whole < size * (60 if unit == "min" else 24 if unit == "h" else 10**9):
                return f"{whole // size}{NARROW}{unit}{NARROW}{whole % size // less}{NARROW}{below}"
        raise AssertionError

    def percent(self, value: float | None) -> str:
        r"""A share of 1.

        >>> Shown().percent(0.0123), Shown("es").percent(0.9994), Shown().percent(1.0), Shown().percent(0.0)
        ('1.2%', '99,94\xa0%', '100%', '0%')
        """
        if value is None:
            return UNKNOWN
        near = value not in (0.0, 1.0) and (value > 0.99 or value < 0.001)
        text = self.number(value * 100, 0 if value in (0.0, 1.0) else 2 if near else 1)
        return f"{text}%" if self.language == "en" else f"{text}{NARROW}%"

    def dollars(self, value: float | None) -> str:
        r"""A cost in US dollars: whole from ten thousand on, cents from one, below it three significant digits.

        >>> Shown().dollars(1234.5), Shown().dollars(0.00001234), Shown("es").dollars(0.5), Shown().dollars(0.0)
        ('$1,234.50', '$0.0000123', '0,500\xa0US$', '$0')
        >>> Shown("es").dollars(12_345.678), Shown().dollars(3_030_303.03)
        ('12.346\xa0US$', '$3.03\xa0M')
        """
        if value is None:
            return UNKNOWN
        if value >= 999_999.5:
            text = self.count(value)
        else:
            digits = 0 if value >= 9999.995 or not value else 2 if value >= 1 else min(12, 2 - _exponent(value))
            text = self.number(value, digits)
        return f"${text}" if self.language == "en" else f"{text}{NARROW}US$"

    def bytes(self, value: float | None) -> str:
        r"""A size in powers of 1024 (IEC 80000-13).

        >>> Shown().bytes(512), Shown().bytes(1536), Shown("es").bytes(5_600_000_000)
        ('512\xa0B', '1.50\xa0KiB', '5,22\xa0GiB')
        """
        if value is None:
            return UNKNOWN
        size, units = float(value), ("B", "KiB", "MiB", "GiB", "TiB")
        for unit in units:
            if abs(size) < 1023.5 or unit == units[-1]:
                text = self.number(size) if unit == "B" else self._significant(size)
                return f"{text}{NARROW}{unit}"
            size /= 1024
        raise AssertionError

    def energy(self, joules: float | None) -> str:
        r"""An energy: joules, from a watt-hour on in the unit of electricity bills.

        >>> [Shown().energy(v) for v in (0.042, 95.2, 3600, 7.2e6, None)]
        ['0.042\xa0J', '95.2\xa0J', '1.00\xa0Wh', '2.00\xa0kWh', '–']
        >>> Shown("es").energy(5400.0)
        '1,50\xa0Wh'
        """
        if joules is None:
            return UNKNOWN
        for size, unit in ((3.6e9, "MWh"), (3.6e6, "kWh"), (3600.0, "Wh")):
            if joules >= size * 0.9995:
                return f"{self.rate(joules / size)}{NARROW}{unit}"
        return f"{self.rate(joules)}{NARROW}J"

    def clock(self, at: float | None) -> str:
        """Date and time of day in the reader's zone.

        >>> Shown().clock(1_700_000_000.9), Shown("es", "Europe/Madrid").clock(1_700_000_000)
        ('2023-11-14 22:13:20', '2023-11-14 23:13:20')
        """
        return UNKNOWN if at is None else datetime.fromtimestamp(at, self._zone).strftime("%Y-%m-%d %H:%M:%S")

    def iso(self, at: float) -> str:
        """A moment for machines (RFC 3339, UTC).

        >>> Shown().iso(1_700_000_000.25)
        '2023-11-14T22:13:20.250Z'
        """
        return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _exponent(value: float) -> int:
    """Power of ten of the first significant digit."""
    return int(f"{value:.2e}".partition("e")[2])
