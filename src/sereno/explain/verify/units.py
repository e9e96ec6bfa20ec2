"""Units: what a fact's unit measures, and what the unit words of a text say.

A unit is a dimension and a factor to that dimension's base (seconds, bytes, percent, one a second …). Units of series
carry Grafana's ids, listed in packages/grafana-data/src/valueFormats/categories.ts of its repository.
"""

from __future__ import annotations

import re

import msgspec

MINUTE, HOUR, DAY, WEEK, MONTH, YEAR = 60.0, 3600.0, 86400.0, 604800.0, 2629746.0, 31556952.0
PLAIN = "number"
TIME = "time"
PERCENT = "percent"
POINTS = "points"
"""Percentage points: how far a figure in percent is from another, which is not by how many percent of it."""
BYTES = "bytes"


class Unit(msgspec.Struct, frozen=True):
    """What is measured, and how many of the base one of it is.

    Attributes:
        dimension: `time` (s), `percent`, `points` (percentage points), `bytes`, `bits`, `rate` (1/s), `bytes/s`,
            `bits/s`, `temperature`, `power`, `energy`, `frequency`, a currency's code, or `number`.
        factor: base units in one of this unit.
    """

    dimension: str
    factor: float = 1.0


_FACT_UNITS: dict[str, Unit] = {
    "s": Unit(TIME), "ms": Unit(TIME, 1e-3), "µs": Unit(TIME, 1e-6), "us": Unit(TIME, 1e-6), "ns": Unit(TIME, 1e-9),
    "m": Unit(TIME, MINUTE), "min": Unit(TIME, MINUTE), "h": Unit(TIME, HOUR), "d": Unit(TIME, DAY),
    "dtdurations": Unit(TIME), "dtdurationms": Unit(TIME, 1e-3), "clocks": Unit(TIME), "clockms": Unit(TIME, 1e-3),
    "percent": Unit(PERCENT), "%": Unit(PERCENT), "percentunit": Unit(PERCENT, 100.0),
    "percentage_points": Unit(POINTS),
    "bytes": Unit(BYTES), "decbytes": Unit(BYTES), "kbytes": Unit(BYTES, 1024), "deckbytes": Unit(BYTES, 1e3),
    "mbytes": Unit(BYTES, 1024**2), "decmbytes": Unit(BYTES, 1e6), "gbytes": Unit(BYTES, 1024**3),
    "decgbytes": Unit(BYTES, 1e9), "tbytes": Unit(BYTES, 1024**4), "dectbytes": Unit(BYTES, 1e12),
    "bits": Unit("bits"), "decbits": Unit("bits"),
    "bps": Unit("bits/s"), "binbps": Unit("bytes/s"), "kbits": Unit("bits/s", 1e3), "mbits": Unit("bits/s", 1e6),
    "kbs": Unit("bytes/s", 1e3), "mbs": Unit("bytes/s", 1e6), "gbs": Unit("bytes/s", 1e9),
    "reqps": Unit("rate"), "ops": Unit("rate"), "cps": Unit("rate"), "rps": Unit("rate"), "wps": Unit("rate"),
    "iops": Unit("rate"), "eps": Unit("rate"), "mps": Unit("rate"), "1/s": Unit("rate"), "/s": Unit("rate"),
    "tokens/s": Unit("rate"), "reqpm": Unit("rate", 1 / 60), "opm": Unit("rate", 1 / 60), "cpm": Unit("rate", 1 / 60),
    "hertz": Unit("frequency"), "hz": Unit("frequency"), "rotmhz": Unit("frequency", 1e6),
    "celsius": Unit("temperature"),
    "watt": Unit("power"), "kwatt": Unit("power", 1e3), "mwatt": Unit("power", 1e-3), "joule": Unit("energy"),
    "watth": Unit("energy", 3600.0), "kwatth": Unit("energy", 3.6e6),
}  # fmt: skip
_BYTE_RATES = {
    "Bps": Unit("bytes/s"),
    "KBs": Unit("bytes/s", 1e3),
    "MBs": Unit("bytes/s", 1e6),
    "GBs": Unit("bytes/s", 1e9),
}


def fact_unit(name: str) -> Unit:
    """What a unit id of a series or a fact measures; an unknown one is a plain number."""
    if name in _BYTE_RATES:
        return _BYTE_RATES[name]
    if name.lower().startswith("currency"):
        return Unit(name[len("currency") :].upper())
    return _FACT_UNITS.get(name.lower(), Unit(name) if name in {"USD", "EUR", "GBP"} else Unit(PLAIN))


def figure_unit(name: str, unit: str) -> Unit:
    """What a figure of a fact measures: a difference of figures in percent is in percentage points.

    Args:
        name: of the figure in its fact.
        unit: as the fact gives it.
    """
    own = fact_unit(unit)
    apart = own.dimension == PERCENT and name.split("_per_", maxsplit=1)[0] in {"change", "difference"}
    return Unit(POINTS, own.factor) if apart else own


def _time(*, factor: float) -> tuple[Unit, ...]:
    return (Unit(TIME, factor),)


def _size(power: int) -> tuple[Unit, ...]:
    # "GB" is written for 10⁹ by the SI and for 2³⁰ by most people and tools; either may be meant.
    return (Unit(BYTES, 1000.0**power), Unit(BYTES, 1024.0**power))


_EXACT: dict[str, tuple[Unit, ...]] = {
    "s": _time(factor=1), "ms": _time(factor=1e-3), "µs": _time(factor=1e-6), "μs": _time(factor=1e-6),
    "us": _time(factor=1e-6), "ns": _time(factor=1e-9), "m": _time(factor=MINUTE), "h": _time(factor=HOUR),
    "d": _time(factor=DAY), "w": _time(factor=WEEK),
    "%": (Unit(PERCENT),), "‰": (Unit(PERCENT, 0.1),), "pp": (Unit(POINTS),), "p.p.": (Unit(POINTS),),
    "B": (Unit(BYTES),), "kB": _size(1), "KB": _size(1), "MB": _size(2), "GB": _size(3), "TB": _size(4), "PB": _size(5),
    "KiB": (Unit(BYTES, 1024.0),), "MiB": (Unit(BYTES, 1024.0**2),), "GiB": (Unit(BYTES, 1024.0**3),),
    "TiB": (Unit(BYTES, 1024.0**4),), "B/s": (Unit("bytes/s"),),
    "KB/s": (Unit("bytes/s", 1e3), Unit("bytes/s", 1024.0)),
    "kB/s": (Unit("bytes/s", 1e3), Unit("bytes/s", 1024.0)), "MB/s": (Unit("bytes/s", 1e6), Unit("bytes/s", 1024.0**2)),
    "GB/s": (Unit("bytes/s", 1e9), Unit("bytes/s", 1024.0**3)), "KiB/s": (Unit("bytes/s", 1024.0),),
    "MiB/s": (Unit("bytes/s", 1024.0**2),), "GiB/s": (Unit("bytes/s", 1024.0**3),),
    "b/s": (Unit("bits/s"),), "kb/s": (Unit("bits/s", 1e3),), "Mb/s": (Unit("bits/s", 1e6),),
    "Gb/s": (Unit("bits/s", 1e9),),
    "/s": (Unit("rate"),), "req/s": (Unit("rate"),), "reqs/s": (Unit("rate"),), "ops/s": (Unit("rate"),),
    "tokens/s": (Unit("rate"),), "tok/s": (Unit("rate"),), "calls/s": (Unit("rate"),), "rps": (Unit("rate"),),
    "pet./s": (Unit("rate"),), "llamadas/s": (Unit("rate"),), "req/min": (Unit("rate", 1 / 60),),
    "/min": (Unit("rate", 1 / 60),),
    "°C": (Unit("temperature"),), "ºC": (Unit("temperature"),), "W": (Unit("power"),), "kW": (Unit("power", 1e3),),
    "J": (Unit("energy"),), "kWh": (Unit("energy", 3.6e6),), "Wh": (Unit("energy", 3600.0),),
    "Hz": (Unit("frequency"),), "kHz": (Unit("frequency", 1e3),), "MHz": (Unit("frequency", 1e6),),
    "GHz": (Unit("frequency", 1e9),),
    "$": (Unit("USD"),), "€": (Unit("EUR"),), "£": (Unit("GBP"),), "USD": (Unit("USD"),), "EUR": (Unit("EUR"),),
    "GBP": (Unit("GBP"),),
    "¢": (Unit("USD", 0.01),),
}  # fmt: skip
"""Unit signs as written; case tells `M` from `m` and `B` from `b`."""

_WORDS: dict[str, tuple[Unit, ...]] = {}
for _names, _units in (
    ("nanosecond nanoseconds nanosegundo nanosegundos", _time(factor=1e-9)),
    ("microsecond microseconds microsegundo microsegundos", _time(factor=1e-6)),
    ("millisecond milliseconds msec msecs milisegundo milisegundos", _time(factor=1e-3)),
    ("second seconds sec secs segundo segundos seg", _time(factor=1)),
    ("minute minutes min mins minuto minutos", _time(factor=MINUTE)),
    ("hour hours hr hrs hora horas", _time(factor=HOUR)),
    ("day days día días dia dias", _time(factor=DAY)),
    ("week weeks semana semanas", _time(factor=WEEK)),
    ("month months mes meses", _time(factor=MONTH)),
    ("year years año años", _time(factor=YEAR)),
    ("percent percentage por_ciento porciento per_cent", (Unit(PERCENT),)),
    ("percentage_points percentage_point puntos_porcentuales punto_porcentual", (Unit(POINTS),)),
    ("byte bytes octetos", (Unit(BYTES),)),
    ("kilobyte kilobytes", _size(1)),
    ("megabyte megabytes", _size(2)),
    ("gigabyte gigabytes", _size(3)),
    ("terabyte terabytes", _size(4)),
    (
        "requests_per_second calls_per_second tokens_per_second operations_per_second queries_per_second",
        (Unit("rate"),),
    ),
    ("peticiones_por_segundo llamadas_por_segundo tokens_por_segundo operaciones_por_segundo", (Unit("rate"),)),
    ("consultas_por_segundo per_second por_segundo a_second", (Unit("rate"),)),
    ("requests_per_minute calls_per_minute peticiones_por_minuto llamadas_por_minuto", (Unit("rate", 1 / 60),)),
    ("degrees degrees_celsius grados grados_celsius", (Unit("temperature"),)),
    ("watt watts vatio vatios", (Unit("power"),)),
    ("joule joules julios", (Unit("energy"),)),
    ("hertz hercios", (Unit("frequency"),)),
    ("dollar dollars usd us_dollars dólar dólares dolares", (Unit("USD"),)),
    ("cent cents centavo centavos", (Unit("USD", 0.01),)),
    ("euro euros", (Unit("EUR"),)),
):
    for _name in _names.split():
        _WORDS[_name.replace("_", " ")] = _units

_SIGN = "|".join(re.escape(sign) for sign in sorted(_EXACT, key=len, reverse=True))
_WORD = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(_WORDS, key=len, reverse=True))
UNIT = re.compile(rf"[\s\u00a0\u202f-]{{0,2}}(?:(?P<word>(?i:{_WORD}))(?!\w)|(?P<sign>{_SIGN})(?![\w]))")
"""A unit behind a number, with the space before it."""
CURRENCY = re.compile(r"(?:US\s?)?[$€£]\s?|(?:USD|EUR|GBP)\s")
"""A currency before a number."""


def text_units(match: re.Match[str]) -> tuple[Unit, ...]:
    """What the unit of a text may mean."""
    word = match["word"]
    return _WORDS[" ".join(word.lower().split())] if word else _EXACT[match["sign"]]


def currency_units(text: str) -> tuple[Unit, ...]:
    """What the currency before a number is."""
    sign = text.strip().removeprefix("US").strip()
    return _EXACT[sign]
