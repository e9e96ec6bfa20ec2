"""Exact figures and moments as a reader reads them, in English and Spanish: three significant digits, the fitting unit.

Whatever is written here must be found and believed by `verify`; the tests hold the two together.
"""

from __future__ import annotations

from datetime import datetime
from math import floor, isfinite, log10
from zoneinfo import ZoneInfo

from sereno.explain.verify.lexicon import lexicon
from sereno.explain.verify.units import BYTES, DAY, HOUR, MINUTE, PERCENT, POINTS, TIME, figure_unit

DIGITS = 3
_SIZES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_SIGNS = {
    "rate": "/s",
    "temperature": "°C",
    "power": "W",
    "energy": "J",
    "frequency": "Hz",
    "bytes/s": "B/s",
    "bits/s": "b/s",
}
_SMALL = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def number(value: float, language: str, *, digits: int = DIGITS) -> str:
    """A bare number with so many significant digits; whole ones keep all of theirs up to a million.

    >>> number(1234.5, "en"), number(0.12345, "es"), number(1440, "es")
    ('1,234', '0,123', '1440')
    """
    if not isfinite(value):
        return "?"
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e15 or size < 1e-6:
        return _marks(f"{value:.{digits - 1}e}", language)
    places = max(0, digits - 1 - floor(log10(size)))
    text = f"{value:,.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return _marks(text, language)


def _marks(text: str, language: str) -> str:
    if not lexicon(language).comma_decimal:
        return text
    turned = text.translate(str.maketrans(",.", ".,"))
    head = turned.split(",", maxsplit=1)[0].lstrip("-")
    # Spanish groups from five digits on (RAE, Ortografía §9): 1440 but 14.400.
    return turned.replace(".", "") if len(head.replace(".", "")) == 4 else turned


def figure(value: float, unit: str, language: str, name: str = "") -> str:
    """A figure with its unit, in the size that reads best.

    Args:
        value: in the unit.
        unit: as of `frame.Series.unit`.
        language: `en` or `es`.
        name: of the figure in its fact: a change of a share is told in percentage points.
    """
    measured = figure_unit(name, unit)
    base = value * measured.factor
    if measured.dimension == TIME:
        return duration(base, language)
    if measured.dimension == PERCENT:
        return f"{number(base, language)}{' ' if language == 'es' else ''}%"
    if measured.dimension == POINTS:
        return f"{number(base, language)} {'puntos porcentuales' if language == 'es' else 'percentage points'}"
    if measured.dimension == BYTES:
        size, index = abs(base), 0
        while size >= 1024 and index < len(_SIZES) - 1:
            size, index = size / 1024, index + 1
        return f"{number(base / 1024**index, language)} {_SIZES[index]}"
    if measured.dimension in {"USD", "EUR", "GBP"}:
        sign = {"USD": "$", "EUR": "€", "GBP": "£"}[measured.dimension]
        shown = number(base, language)
        return (
            f"{shown} {sign}" if language == "es" else f"−{sign}{shown[1:]}" if shown[:1] == "-" else f"{sign}{shown}"
        )
    sign = _SIGNS.get(measured.dimension, "")
    return f"{number(base, language)} {sign}".rstrip() if sign != "/s" else f"{number(base, language)}/s"


def duration(seconds: float, language: str) -> str:
    """A time span: `90 ms`, `12.3 s`, `5 min`, `2 h 5 min`, `3 days`."""
    size = abs(seconds)
    if size == 0:
        return "0 s"
    if size < 100:
        factor, sign = next(((f, s) for f, s in _SMALL if size >= f), _SMALL[-1])
        return f"{number(seconds / factor, language)} {sign}"
    if size < 100 * MINUTE:
        return f"{number(seconds / MINUTE, language)} min"
    if seconds < 0 and size < 2 * DAY:
        return f"{number(seconds / HOUR, language)} h"  # of "-6 h 28 min" the minutes would read as added
    if size < 2 * DAY:
        hours, minutes = divmod(round(size / MINUTE), 60)
        return f"{hours} h" + (f" {minutes} min" if minutes else "")
    word = {"es": "días"}.get(language, "days")
    return f"{number(seconds / DAY, language)} {word}"


def per(factor_name: str, language: str) -> str:
    """The denominator of a slope: ` per hour`, ` por hora`."""
    names = {"second": "segundo", "minute": "minuto", "hour": "hora", "day": "día", "week": "semana", "month": "mes"}
    return f" por {names.get(factor_name, factor_name)}" if language == "es" else f" per {factor_name}"


def moment(at: float, zone: ZoneInfo, language: str, span: float | None) -> str:
    """A moment with its preposition: `at 14:05 on 20 Nov`, `el 20 de nov a las 14:05`.

    Args:
        at: epoch seconds.
        zone: in which it is told.
        language: `en` or `es`.
        span: seconds that the chart covers: less than a day is told by the clock, years by the date.
    """
    local = datetime.fromtimestamp(at, zone)
    months = lexicon(language).time["months"]
    day, month, year = local.day, months[local.month - 1], local.year
    spanish = language == "es"
    month = month if spanish else month.capitalize()
    clock = f"{local:%H:%M}" if local.second == 0 else f"{local:%H:%M:%S}"
    midnight = local.hour == local.minute == local.second == 0
    if span is not None and span > 40 * DAY:
        if midnight:
            return f"el {day} de {month} de {year}" if spanish else f"on {day} {month} {year}"
        return f"el {day} de {month} de {year} a las {clock}" if spanish else f"on {day} {month} {year} at {clock}"
    if span is not None and span <= 12 * HOUR:
        return f"a las {clock}" if spanish else f"at {clock}"
    return f"el {day} de {month} a las {clock}" if spanish else f"on {day} {month} at {clock}"


def names(series: tuple[str, ...], language: str) -> str:
    """Names of series joined as in a sentence; each on one line and cut, since a name can be any text."""
    shown = [" ".join(name.split())[:120] for name in series]
    if len(shown) > 4:
        shown = shown[:4]
    word = " y " if language == "es" else " and "
    return word.join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def bare_moment(at: float, zone: ZoneInfo, language: str, span: float | None) -> str:
    """A moment as it follows "from" or "desde": `20 November at 14:05`, `el 20 de noviembre a las 14:05`."""
    told = moment(at, zone, language, span)
    for word in ("at ", "on ", "a "):
        if told.startswith(word):
            return told[len(word) :]
    return told
