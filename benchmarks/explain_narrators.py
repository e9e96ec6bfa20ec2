"""Scripted narrators of a chart's facts: truthful ones, who round and speak freely, and a liar whose lies are known.

They share nothing with the templates and renderings of the product.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from explain_said import Figure, Said, marked

from sereno.explain.fact import Fact, FactSheet

WORDS = {
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
    "es": ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce"],
}
MONTHS = {
    "en": [
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ],
    "es": [
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ],
}
UP_DOWN = {
    "en": {"up": ["rose", "increased", "climbed", "grew"], "down": ["fell", "dropped", "decreased", "declined"]},
    "es": {"up": ["subió", "aumentó", "creció"], "down": ["bajó", "cayó", "disminuyó"]},
}
PATTERNS = {
    "en": {
        "mean": ["{s} averaged {v}.", "The mean of {s} was {v}.", "On average, {s} stood at {v}."],
        "median": ["The median of {s} was {v}.", "{s} had a median of {v}."],
        "max": ["{s} reached its maximum of {v} {t}.", "The highest value of {s} was {v}, {t}."],
        "min": ["The minimum of {s} was {v}.", "{s} had its lowest value, {v}, {t}."],
        "trend": ["{s} {d} by {c} over the range.", "Over the whole range, {s} {d} {c}."],
        "level": ["{s} {d} from {b} to {a} {t}.", "{t1}, {s} moved to a new level: it {d} from {b} to {a}."],
        "anomaly": ["{s} had an anomaly {t}: {v}, where {e} was expected.",
                    "There was an anomaly in {s} {t}, with {v} instead of the usual {e}."],
        "count": ["{s} had {n} anomalies.", "We see {n} anomalies in {s}."],
    },
    "es": {
        "mean": ["La media de {s} fue de {v}.", "{s} promedió {v}.", "En promedio, {s} estuvo en {v}."],
        "median": ["La mediana de {s} fue de {v}.", "{s} tuvo una mediana de {v}."],
        "max": ["{s} alcanzó su máximo de {v} {t}.", "El valor más alto de {s} fue {v}, {t}."],
        "min": ["El mínimo de {s} fue de {v}.", "{s} tuvo su valor más bajo, {v}, {t}."],
        "trend": ["{s} {d} un {c} en todo el intervalo.", "En el intervalo, {s} {d} {c}."],
        "level": ["{s} {d} de {b} a {a} {t}.", "{t1}, {s} pasó a un nuevo nivel: {d} de {b} a {a}."],
        "anomaly": ["{s} tuvo una anomalía {t}: {v}, cuando se esperaban {e}.",
                    "Hubo una anomalía en {s} {t}, con {v} en lugar de los habituales {e}."],
        "count": ["{s} tuvo {n} anomalías.", "Se ven {n} anomalías en {s}."],
    },
}  # fmt: skip
HEDGES = {"en": ["about ", "around ", "roughly "], "es": ["unos ", "alrededor de ", "aproximadamente "]}
SCALES: dict[str, list[tuple[float, str]]] = {
    "s": [(1e-3, " ms"), (1.0, " s"), (60.0, " min")],
    "ms": [(1.0, " ms"), (1e3, " s")],
    "percent": [(1.0, " %")],
    "percentunit": [(0.01, " %")],
    "bytes": [(1.0, " bytes"), (1024.0, " KiB"), (1024.0**2, " MiB"), (1024.0**3, " GiB")],
    "short": [(1.0, ""), (1e3, "k"), (1e6, " M")],
    "reqps": [(1.0, " req/s")],
    "currencyUSD": [(1.0, " USD")],
    "": [(1.0, "")],
    "celsius": [(1.0, " °C")],
}


@dataclass
class _Claim:
    pattern: str
    fields: dict[str, str]
    fact: Fact


def rounds_alike(one: str, other: str) -> bool:
    """Whether two figures, at the places both show, are the same: "from 12 to 12.0" tells no way."""
    assert isinstance(one, Figure)
    assert isinstance(other, Figure)
    return abs(one.value - other.value) <= 0.5 * max(one.step, other.step)


class Narrator:
    """Tells facts in its own words.

    Args:
        sheet: the facts. language: `en` or `es`. seed: of its choices.
    """

    def __init__(self, sheet: FactSheet, language: str, seed: int) -> None:
        self._sheet = sheet
        self._language = language
        self._random = random.Random(seed)
        self._zone = ZoneInfo(sheet.tz)

    def truths(self) -> list[Said]:
        """A true sentence for each fact that it knows words for."""
        claims = [self._claim(fact) for fact in self._sheet.facts]
        return [Said(claim.pattern.format(**claim.fields)) for claim in claims if claim is not None]

    def lies(self) -> list[Said]:
        """The same with one lie each, where one can be made that is sure to be false."""
        told = []
        for fact in self._sheet.facts:
            claim = self._claim(fact, hedged=False)
            if claim is None:
                continue
            trick = self._random.choice([self._wrong_number, self._wrong_way, self._wrong_time])
            lie = trick(claim)
            if lie is not None:
                name, word = lie
                text = claim.pattern.format(**{**claim.fields, name: f"\x02{word}\x03"})
                told.append(marked(text, trick.__name__[1:]))
        return told

    def _claim(self, fact: Fact, *, hedged: bool = True) -> _Claim | None:
        numbers = {number.name: number for number in fact.numbers}
        patterns = PATTERNS[self._language]
        have = {"s": fact.series[0] if fact.series else ""}
        match fact.kind:
            case "level":
                kind = self._random.choice(["mean", "median"])
                have["v"] = self._figure(numbers[kind].value, numbers[kind].unit, hedged=hedged)
            case "range":
                kind = self._random.choice(["max", "min"])
                have["v"] = self._figure(numbers[kind].value, numbers[kind].unit, hedged=hedged)
                have["t"] = self._moment({time.name: time.at for time in fact.times}[kind])
            case "trend" if fact.direction in {"up", "down"} and "change_percent" in numbers:
                kind = "trend"
                have["d"] = self._random.choice(UP_DOWN[self._language][fact.direction])
                have["c"] = self._figure(abs(numbers["change_percent"].value), "percent", hedged=hedged)
            case "change_point" if fact.direction in {"up", "down"}:
                kind = "level"
                have["d"] = self._random.choice(UP_DOWN[self._language][fact.direction])
                have["b"] = self._figure(numbers["before"].value, numbers["before"].unit, hedged=False)
                have["a"] = self._figure(numbers["after"].value, numbers["after"].unit, hedged=False)
                have["t"] = self._moment(fact.times[0].at)
                have["t1"] = have["t"].capitalize()
                if rounds_alike(have["a"], have["b"]):
                    return None
            case "anomaly" if fact.note == "point":
                total = int(numbers["anomalies"].value)
                if self._random.random() < 0.3 and 2 <= total <= 12:
                    kind = "count"
                    have["n"] = WORDS[self._language][total] if self._random.random() < 0.7 else str(total)
                else:
                    kind = "anomaly"
                    have["v"] = self._figure(numbers["value"].value, numbers["value"].unit, hedged=hedged)
                    have["e"] = self._figure(numbers["expected"].value, numbers["expected"].unit, hedged=False)
                    have["t"] = self._moment(fact.times[0].at)
            case _:
                return None
        return _Claim(self._random.choice(patterns[kind]), have, fact)

    def _figure(self, value: float, unit: str, *, hedged: bool) -> Figure:
        """Rounded to two to four digits, in a unit that fits."""
        scales = SCALES[unit]
        factor, sign = next(((f, s) for f, s in reversed(scales) if abs(value) >= f), scales[0])
        digits = self._random.choice([2, 3, 4])
        exact = value / factor
        places = max(0, digits - len(str(int(abs(exact)))) + (abs(exact) < 1))
        text = f"{exact:,.{places}f}"
        if float(text.replace(",", "")) == 0 and exact != 0:
            text = f"{exact:.{digits - 1}e}"
            places = digits - 1 - int(text.split("e")[1])
        written = float(text.replace(",", ""))
        if self._language == "es":
            text = text.translate(str.maketrans(",.", ".,"))
        hedge = (
            self._random.choice(HEDGES[self._language]) if hedged and value > 0 and self._random.random() < 0.25 else ""
        )
        return Figure(f"{hedge}{text}{sign}", written * factor, 10.0**-places * factor)

    def _apart(self, one: float, other: float) -> float:
        """Seconds between two times as clocks show them: when clocks are put back, an hour comes twice."""
        shown = [datetime.fromtimestamp(at, self._zone).replace(tzinfo=None) for at in (one, other)]
        return min(abs(one - other), abs((shown[0] - shown[1]).total_seconds()))

    def _moment(self, at: float) -> str:
        local = datetime.fromtimestamp(at, self._zone)
        if self._random.random() < 0.25:
            local = (local + timedelta(seconds=30)).replace(second=0)
        clock = f"{local:%H:%M}"
        month = MONTHS[self._language][local.month - 1]
        if self._language == "es":
            return self._random.choice(
                [
                    f"el {local.day} de {month} a las {clock}",
                    f"a las {clock} del {local.day} de {month} de {local.year}",
                ]
            )
        return self._random.choice(
            [
                f"on {month} {local.day} at {clock}",
                f"at {clock} on {local.day} {month} {local.year}",
                f"on {local:%Y-%m-%d} at {clock}",
            ]
        )

    def _wrong_number(self, claim: _Claim) -> tuple[str, str] | None:
        name = self._random.choice([key for key in ("v", "c", "b", "a", "e", "n") if key in claim.fields] or [""])
        if not name:
            return None
        old = claim.fields[name]
        if name == "n":
            words = WORDS[self._language]
            number = words.index(old) if old in words else int(old)
            return name, words[number + 1] if number < 12 else str(number + 1)
        digits = [i for i, c in enumerate(old) if c.isdigit() and (c != "0" or i)]
        first = next((i for i, c in enumerate(old) if c in "123456789"), None)
        if first is None or not digits:
            return None
        changed = str((int(old[first]) + self._random.choice([2, 3, 4])) % 9 + 1)
        return (name, old[:first] + changed + old[first + 1 :]) if changed != old[first] else None

    def _wrong_way(self, claim: _Claim) -> tuple[str, str] | None:
        if "d" not in claim.fields:
            return None
        other = {"up": "down", "down": "up"}[str(claim.fact.direction)]
        return "d", self._random.choice(UP_DOWN[self._language][other])

    def _wrong_time(self, claim: _Claim) -> tuple[str, str] | None:
        if "{t}" not in claim.pattern:
            return None
        at = claim.fact.times[0].at
        moments = [time.at for fact in self._sheet.facts for time in fact.times] + [
            moment for fact in self._sheet.facts for moment in (fact.start, fact.end) if moment is not None
        ]
        for _ in range(20):
            moved = at + self._random.choice([-1, 1]) * self._random.uniform(600, 6 * 3600)
            if all(self._apart(moved, one) > 120 for one in moments):
                return "t", self._moment(moved)
        return None
