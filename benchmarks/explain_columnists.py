"""A third set of scripted narrators: columnists, who tell every kind of fact, and a liar of fourteen tricks.

They tell relative times, weekdays, numeric dates, counts, ratios in words, ranks among series, slopes, intervals, lags
and what surrounds an event, in words that neither `explain_narrators` nor `explain_reporters` uses. A lie may take the
number of another fact, another series' name or another period's: all true of something else. `explain_truth` says
whether it is a lie.
"""

# Every trick is asked in the same way, and what is told is longer than a line of code.
# ruff: noqa: ARG002, E501

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from explain_narrators import MONTHS, WORDS, Narrator, rounds_alike
from explain_said import Figure, Said, marked
from explain_truth import Truth, told_of_another

from sereno.explain.fact import Fact, FactSheet

Lie = dict[str, str]
WEEKDAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "es": ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
}
VERBS = {
    "en": {"up": ["rises", "jumped", "has grown", "is up"], "down": ["drops", "has fallen", "decreased", "is down"]},
    "es": {"up": ["sube", "creció", "ha aumentado"], "down": ["baja", "ha caído", "disminuyó"]},
}
ADVERBS = {
    "en": {"up": ["above", "higher than"], "down": ["below", "lower than"]},
    "es": {"up": ["por encima de"], "down": ["por debajo de"]},
}
PERIODS = {
    "en": {
        "previous_hour": "the hour before", "same_hour_yesterday": "the same hour yesterday",
        "previous_day": "the day before", "same_day_last_week": "the same day last week",
        "previous_week": "the week before", "halves": "the first half",
    },
    "es": {
        "previous_hour": "la hora anterior", "same_hour_yesterday": "la misma hora de ayer",
        "previous_day": "el día anterior", "same_day_last_week": "el mismo día de la semana pasada",
        "previous_week": "la semana anterior", "halves": "la primera mitad",
    },
}  # fmt: skip
RATIOS = {
    "en": [(2.0, "doubled"), (3.0, "tripled"), (4.0, "quadrupled"), (0.5, "halved")],
    "es": [(2.0, "se duplicó"), (3.0, "se triplicó"), (4.0, "se cuadruplicó")],
}
PATTERNS: dict[str, dict[str, list[str]]] = {
    "en": {
        "level": [
            "Half of all readings of {s} are below {median}: that is its median.",
            "The mean of {s} works out at {mean} and the median at {median}.",
            "The average for {s} is {mean}; its latest value is {last}.",
            "{s}: mean {mean}, median {median}, p95 {p95}.",
            "95 % of the time {s} is under its p95, {p95}.",
            "{s} has {count} points.",
        ],
        "range": [
            "The minimum ({min}) of {s} came {t_min}, the maximum ({max}) {t_max}.",
            "{s} ranges from {min} to {max}.",
            "At its peak, {t_max}, {s} was at {max}.",
            "{s} hit a low of {min} {t_min}.",
            "Never did {s} get higher than {max}, its maximum.",
        ],
        "trend": [
            "The trend of {s}: it {d} from {start_value} to {end_value}, a change of {change_percent}.",
            "{s} {d} by {slope_hour} per hour.",
            "{s} {d} {change_percent} from the beginning to the end of the chart.",
            "Over the whole period {s} {d} by {change}.",
        ],
        "trend_flat": ["Overall, {s} is flat.", "{s} neither rises nor falls: there is no trend."],
        "change_point": [
            "Before {t_bare} {s} was at {before}, afterwards at {after}.",
            "A step in {s}, {t_at}: from {before} to {after} ({change_percent}).",
            "{s} {d} by {change_percent} {t_at}, a change of level.",
            "{t_at}, {s} {d} by {change} to {after}.",
        ],
        "anomaly_point": [
            "Watch {s} {t_at}: {value} is an anomaly, {expected} was expected.",
            "The anomaly of {s} {t_at} is {difference} {a} the expected {expected}.",
            "{s} showed {value} {t_at}, although {expected} would have been normal.",
            "An anomaly: {value} in {s}, {ago}.",
        ],
        "anomaly_collective": [
            "For {duration}, {s} was anomalous, at a mean of {value} (expected: {expected}).",
            "The anomaly of {s} that began {t_start} went on for {duration}.",
        ],
        "comparison": [
            "Compared with {p}, {s} {d} by {change_percent}.",
            "{s} is now {change_percent} {a} {p}.",
            "{s} stands at {current}; in {p} it was at {previous}.",
            "Against {p}, {s} {d} from {previous} to {current}.",
        ],
        "seasonality": ["{s} repeats itself every {period}.", "The season of {s} has a length of {period}."],
        "gap": ["No data came from {s} for {duration}, from {t_start} on.", "{s} has a gap that lasted {duration}."],
        "flat": ["{s} stood still at {value} for {duration}.", "For {duration} {s} was frozen at {value}."],
        "forecast": [
            "By {t_at}, {s} will be at {expected}, if nothing changes.",
            "We predict {expected} for {s}.",
        ],
        "threshold_beyond": ["{s} is beyond its threshold of {threshold}; its last value is {last}."],
        "threshold_returned": [
            "{s} exceeded the threshold of {threshold}, with a peak of {peak_value} {t_peak}.",
            "The threshold of {threshold} was exceeded by {s} for {duration}.",
        ],
        "threshold_never": ["{s} kept below its threshold of {threshold}."],
        "correlation": ["{s} and {s2} are correlated, with a coefficient of {correlation}."],
        "lead_lag": ["{s} moves {lag} ahead of {s2}.", "{s2} follows {s} with a lag of {lag}."],
        "event": [
            "After the deploy {t_at}, {s} {d} from {before} to {after}.",
            "{s} {d} by {change_percent} around the deploy {t_at}.",
        ],
        "composition_part": ["{s} makes up {share} of the total.", "{s} has {value}, a share of {share}."],
        "composition_total": ["All in all the total is {total}."],
        "count": ["{s} shows {n} {what}.", "There are {n} {what} in {s}.", "We count {n} {what} for {s}."],
        "ratio": ["{t_at}, {s} {r}.", "{s} {r} {t_at}, from {before} to {after}."],
        "rank": [
            "Of all series, {s} has the highest mean: {mean}.",
            "Among the series, {s} has the largest average, {mean}.",
        ],
    },
    "es": {
        "level": [
            "La mitad de las lecturas de {s} queda por debajo de {median}, su mediana.",
            "La media de {s} sale a {mean} y la mediana a {median}.",
            "El promedio de {s} es {mean}; su último valor es {last}.",
            "{s}: media {mean}, mediana {median}, p95 {p95}.",
            "{s} tiene {count} puntos.",
        ],
        "range": [
            "El mínimo ({min}) de {s} llegó {t_min}, el máximo ({max}) {t_max}.",
            "{s} va de {min} a {max}.",
            "En su pico, {t_max}, {s} estuvo en {max}.",
            "{s} marcó un mínimo de {min} {t_min}.",
            "{s} nunca estuvo más alto que {max}, su máximo.",
        ],
        "trend": [
            "La tendencia de {s}: {d} de {start_value} a {end_value}, un cambio de {change_percent}.",
            "{s} {d} {slope_hour} por hora.",
            "{s} {d} un {change_percent} desde el principio hasta el final de la gráfica.",
            "En todo el periodo {s} {d} {change}.",
        ],
        "trend_flat": ["En general, {s} es estable.", "{s} ni sube ni baja: no hay tendencia."],
        "change_point": [
            "Antes {t_de}, {s} estaba en {before}; después, en {after}.",
            "Un escalón en {s}, {t_at}: de {before} a {after} ({change_percent}).",
            "{s} {d} un {change_percent} {t_at}, un cambio de nivel.",
            "{t_at}, {s} {d} {change} hasta {after}.",
        ],
        "anomaly_point": [
            "Ojo con {s} {t_at}: {value} es una anomalía, se esperaban {expected}.",
            "La anomalía de {s} {t_at} queda {difference} {a} los {expected} esperados.",
            "{s} marcó {value} {t_at}, aunque lo normal habrían sido {expected}.",
            "Una anomalía: {value} en {s}, {ago}.",
        ],
        "anomaly_collective": [
            "Durante {duration}, {s} fue anómala, con una media de {value} (esperado: {expected}).",
            "La anomalía de {s} que empezó {t_start} duró {duration}.",
        ],
        "comparison": [
            "En comparación con {p}, {s} {d} un {change_percent}.",
            "{s} está ahora un {change_percent} {a} {p}.",
            "{s} está en {current}; en {p} estaba en {previous}.",
            "Frente a {p}, {s} {d} de {previous} a {current}.",
        ],
        "seasonality": ["{s} se repite cada {period}.", "La estacionalidad de {s} tiene un periodo de {period}."],
        "gap": ["{s} no dio datos durante {duration}, desde {t_start}.", "{s} tiene un hueco que duró {duration}."],
        "flat": ["{s} quedó congelada en {value} durante {duration}."],
        "forecast": ["Para {t_at} se prevé {expected} en {s}.", "La previsión de {s} es de {expected}."],
        "threshold_beyond": ["{s} está más allá de su umbral de {threshold}; su último valor es {last}."],
        "threshold_returned": [
            "{s} superó el umbral de {threshold}, con un pico de {peak_value} {t_peak}.",
            "{s} superó el umbral de {threshold} durante {duration}.",
        ],
        "threshold_never": ["{s} se quedó por debajo de su umbral de {threshold}."],
        "correlation": ["{s} y {s2} están correlacionadas, con un coeficiente de {correlation}."],
        "lead_lag": ["{s} se adelanta {lag} a {s2}.", "{s2} sigue a {s} con un retraso de {lag}."],
        "event": [
            "Tras el despliegue {t_de}, {s} {d} de {before} a {after}.",
            "{s} {d} un {change_percent} con el despliegue {t_de}.",
        ],
        "composition_part": ["{s} supone el {share} del total.", "{s} tiene {value}, una cuota del {share}."],
        "composition_total": ["En conjunto, el total es de {total}."],
        "count": ["{s} muestra {n} {what}.", "Hay {n} {what} en {s}.", "Contamos {n} {what} de {s}."],
        "ratio": ["{t_at}, {s} {r}.", "{s} {r} {t_at}, de {before} a {after}."],
        "rank": [
            "De todas las series, {s} tiene la media más alta: {mean}.",
            "Entre las series, {s} tiene el promedio más alto, {mean}.",
        ],
    },
}
COUNTED = {
    "en": {"anomaly": ("anomaly", "anomalies"), "gap": ("gap", "gaps"), "change_point": ("level shift", "level shifts")},
    "es": {
        "anomaly": ("anomalía", "anomalías"), "gap": ("hueco", "huecos"),
        "change_point": ("cambio de nivel", "cambios de nivel"),
    },
}  # fmt: skip
FEMININE = {"anomaly"}
_FIELD = re.compile(r"\{(\w+)\}")
_CHANGES = ("change", "difference", "lag", "slope")
_SLOPES = {"slope_per_minute": 60.0, "slope_per_hour": 3600.0, "slope_per_day": 86400.0}
_HOUR = 3600.0


class Columnist(Narrator):
    """Tells facts in the words of this module; see `Narrator`.

    Args:
        sheet, language, seed: as there. truth: what the series say.
    """

    def __init__(self, sheet: FactSheet, language: str, seed: int, truth: Truth) -> None:
        super().__init__(sheet, language, seed)
        self._truth = truth

    def columns(self) -> list[Said]:
        """A true sentence for each thing that it knows words for."""
        return [Said(_text(pattern, fields)) for _, pattern, fields in self._things(hedged=True)]

    def slanders(self) -> list[Said]:
        """The same with one trick each that makes a lie for sure; every figure that it makes false is marked."""
        said = []
        for fact, pattern, fields in self._things(hedged=False):
            tricks: list[Callable[[Fact, str, dict[str, str]], Lie | None]] = [
                self._digit, self._tenfold, self._near, self._of_another, self._unit, self._percent, self._series,
                self._swapped, self._way, self._period, self._day, self._time, self._counted, self._ratio, self._rank,
            ]  # fmt: skip
            for trick in self._random.sample(tricks, len(tricks)):
                lie = trick(fact, pattern, fields)
                if lie is None or told_of_another(self._sheet, fact, fields, lie, self._language):
                    continue
                if all("{" + name + "}" in pattern for name in lie):
                    said.append(_marked(pattern, fields, lie, trick.__name__[1:]))
                    break
        return said

    def _things(self, *, hedged: bool) -> list[tuple[Fact, str, dict[str, str]]]:
        found = [one for fact in self._sheet.facts if (one := self._of_fact(fact, hedged=hedged)) is not None]
        return [*found, *self._counts(), *self._ranks()]

    def _of_fact(self, fact: Fact, *, hedged: bool) -> tuple[Fact, str, dict[str, str]] | None:
        table = PATTERNS[self._language]
        keys = (f"{fact.kind}_{fact.note}", f"{fact.kind}_{fact.direction}", fact.kind)
        patterns = next((table[key] for key in keys if key in table), None)
        if patterns is None or not fact.series or (fact.kind == "trend" and fact.note == "stepped"):
            return None
        if fact.kind in {"comparison", "event"} and fact.direction not in {"up", "down"}:
            return None
        if fact.kind == "change_point" and self._random.random() < 0.3:
            patterns = table["ratio"]
        pattern = self._random.choice(patterns)
        fields = self._fields(fact, pattern, hedged=hedged)
        if any(name not in fields for name in _FIELD.findall(pattern)):
            return None
        pairs = (("before", "after"), ("start_value", "end_value"), ("previous", "current"), ("value", "expected"))
        if any(a in fields and b in fields and rounds_alike(fields[a], fields[b]) for a, b in pairs):
            return None
        return fact, pattern, fields

    def _fields(self, fact: Fact, pattern: str, *, hedged: bool) -> dict[str, str]:
        numbers = {number.name: number for number in fact.numbers}
        times = {"start": fact.start, "end": fact.end} | {time.name: time.at for time in fact.times}
        fields: dict[str, str] = {"s": fact.series[0]}
        if len(fact.series) > 1:
            fields["s2"] = fact.series[1]
        for name in _FIELD.findall(pattern):
            at = times.get(name[2:]) if name.startswith("t_") else None
            if name in numbers:
                number = numbers[name]
                value = abs(number.value) if name.startswith(_CHANGES) else number.value
                fields[name] = self._written(name, value, number.unit, hedged=hedged)
            elif at is not None:
                fields[name] = self._moment(at)
            elif name == "t_de" and times.get("at") is not None:
                when = self._moment(float(times["at"] or 0.0))
                fields[name] = "d" + when if when.startswith("el ") else "de " + when.removeprefix("a ")
            elif name == "t_bare" and times.get("at") is not None:
                fields[name] = re.sub(r"^(?:on|at) ", "", self._moment(float(times["at"] or 0.0)))
            elif name == "ago" and times.get("at") is not None and self._sheet.end is not None:
                seconds = self._sheet.end - float(times["at"] or 0.0)
                if seconds >= 2 * 60:
                    fields[name] = self._ago(seconds)
            elif name == "slope_hour":
                slope = next((one for one in numbers if one in _SLOPES), None)
                if slope is not None:
                    value = abs(numbers[slope].value) * 3600.0 / _SLOPES[slope]
                    fields[name] = self._figure(value, numbers[slope].unit, hedged=False)
            elif name == "r" and {"before", "after"} <= set(numbers):
                before, after = numbers["before"].value, numbers["after"].value
                told = [
                    word
                    for ratio, word in RATIOS[self._language]
                    if before > 0 and abs(after / before / ratio - 1) < 0.05
                ]
                if told:
                    fields[name] = told[0]
        if fact.direction in {"up", "down"}:
            fields["d"] = self._random.choice(VERBS[self._language][fact.direction])
            fields["a"] = self._random.choice(ADVERBS[self._language][fact.direction])
        if fact.kind == "comparison" and fact.note in PERIODS[self._language]:
            fields["p"] = PERIODS[self._language][fact.note]
        if "duration" in _FIELD.findall(pattern) and "duration" not in fields and None not in (fact.start, fact.end):
            fields["duration"] = self._span(float(fact.end or 0) - float(fact.start or 0))
        return fields

    def _written(self, name: str, value: float, unit: str, *, hedged: bool) -> Figure:
        if name in {"duration", "period", "lag"} or (name == "remaining"):
            return self._span(value)
        if name == "count":
            return Figure(f"{value:.0f}", value, 1.0)
        figure = self._figure(value, unit, hedged=hedged)
        if name in {"change", "difference"} and unit in {
            "percent",
            "percentunit",
        }:  # 3 % of what it was is another claim
            points = {"en": " percentage points", "es": " puntos porcentuales"}[self._language]
            return Figure(figure.removesuffix(" %") + points, figure.value, figure.step)
        return figure

    def _span(self, seconds: float) -> Figure:
        names = {"en": ("minutes", "hours", "days"), "es": ("minutos", "horas", "días")}[self._language]
        for size, word in zip((86400.0, 3600.0, 60.0), reversed(names), strict=True):
            if seconds >= 2 * size:
                return self._decimal(seconds / size, " " + word, size)
        return self._decimal(seconds, " s", 1.0)

    def _decimal(self, value: float, sign: str, size: float) -> Figure:
        text = f"{value:.1f}"
        whole = text.endswith(".0")
        text = text.removesuffix(".0")
        step = size if whole else 0.1 * size
        return Figure((text.replace(".", ",") if self._language == "es" else text) + sign, float(text) * size, step)

    def _ago(self, seconds: float) -> str:
        span = self._span(seconds)
        return f"{span} ago" if self._language == "en" else f"hace {span}"

    def _moment(self, at: float) -> str:
        """Dates and times as `Narrator` writes them, or with a weekday, or in numbers."""
        local = datetime.fromtimestamp(at, self._zone)
        clock = f"{local:%H:%M:%S}" if self._random.random() < 0.3 else f"{local:%H:%M}"
        month, day = MONTHS[self._language][local.month - 1], WEEKDAYS[self._language][local.weekday()]
        if self._language == "es":
            return self._random.choice(
                [f"el {day} {local.day} de {month} a las {clock}", f"el {local:%d/%m/%Y} a las {clock}",
                 f"a las {clock} del {day} {local.day} de {month} de {local.year}"]
            )  # fmt: skip
        half = f"{local:%I:%M %p}".lstrip("0").lower()
        return self._random.choice(
            [f"on {day}, {month} {local.day}, at {clock}", f"at {half} on {month} {local.day}",
             f"on {local.day} {month[:3]} {local.year} at {clock}"]
        )  # fmt: skip

    def _counts(self) -> list[tuple[Fact, str, dict[str, str]]]:
        found = []
        for kind, words in COUNTED[self._language].items():
            for name in self._sheet.series:
                mine = [fact for fact in self._sheet.facts if fact.kind == kind and fact.series[:1] == (name,)]
                if not mine:
                    continue
                totals = [int(n.value) for n in mine[0].numbers if n.name in {"anomalies", "gaps"}]
                fields = {"s": name, "n": self._number(totals[0] if totals else len(mine), kind)}
                fields["what"] = words[0] if (totals[0] if totals else len(mine)) == 1 else words[1]
                found.append((mine[0], self._random.choice(PATTERNS[self._language]["count"]), fields))
        return found

    def _number(self, total: int, kind: str) -> str:
        if total > 12 or self._random.random() < 0.4:
            return str(total)
        if self._language == "es" and total == 1:
            return "una" if kind in FEMININE else "un"
        return WORDS[self._language][total]

    def _ranks(self) -> list[tuple[Fact, str, dict[str, str]]]:
        levels = [(f, n) for f in self._sheet.facts if f.kind == "level" for n in f.numbers if n.name == "mean"]
        if len(levels) < 2 or len({number.unit for _, number in levels}) > 1:
            return []
        fact, number = max(levels, key=lambda one: one[1].value)
        fields = {"s": fact.series[0], "mean": self._figure(number.value, number.unit, hedged=False)}
        return [(fact, self._random.choice(PATTERNS[self._language]["rank"]), fields)]

    # The tricks: each gives the fields that it makes false, or None where it cannot.

    def _figures(self, fact: Fact, fields: dict[str, str]) -> list[str]:
        names = {number.name for number in fact.numbers}
        return [n for n, text in fields.items() if n in names and isinstance(text, Figure) and "e" not in text[:6]]

    def _checked(self, fact: Fact, name: str, figure: Figure) -> Lie | None:
        return {name: figure} if self._truth.is_false(fact, name, figure) else None

    def _one(self, fact: Fact, fields: dict[str, str]) -> tuple[str, float, str] | None:
        """A figure to lie about: its name, true size and unit."""
        names = self._figures(fact, fields)
        if not names:
            return None
        name = self._random.choice(names)
        number = next(one for one in fact.numbers if one.name == name)
        return name, abs(number.value) if name.startswith(_CHANGES) else number.value, number.unit

    def _digit(self, fact: Fact, pattern: str, fields: dict[str, str]) -> Lie | None:
        chosen = self._one(fact, fields)
        if chosen is None:
            return None
        name, old = chosen[0], fields[chosen[0]]
        assert isinstance(old, Figure)
        places = [i for i, c in enumerate(old) if c.isdigit()]
        at = self._random.choice(places)
        other = self._random.choice([c for c in "0123456789" if c != old[at]])
        text = old[:at] + other + old[at + 1 :]
        tail = sum(c.isdigit() for c in old[at + 1 :])
        moved = (int(other) - int(old[at])) * 10.0**tail * old.step
        return self._checked(fact, name, Figure(text, old.value + (moved if old.value >= 0 else -moved), old.step))

    def _scaled(self, fact: Fact, fields: dict[str, str], by: float) -> Lie | None:
        chosen = self._one(fact, fields)
        if chosen is None:
            return None
        name, value, unit = chosen
        if name == "count":
            return None
        return self._checked(fact, name, self._written(name, value * by, unit, hedged=False))

    def _tenfold(self, fact: Fact, pattern: str, fields: dict[str, str]) -> Lie | None:
        return self._scaled(fact, fields, self._random.choice([10.0, 0.1, 100.0]))

    def _near(self, fact: Fact, pattern: str, fields: dict[str, str]) -> Lie | None:
        return self._scaled(fact, fields, 1 + self._random.choice([-1, 1]) * self._random.uniform(0.06, 0.4))

    def _of_another(self, fact: Fact, pattern: str, fields: dict[str, str]) -> Lie | None:
        """The number of another fact, of the same unit: right there, wrong here."""
        chosen = self._one(fact, fields)
        if chosen is None:
            return None
        name, _, unit = chosen
        others = [
            n
            for one in self._sheet.facts
            if one is not fact
            for n in one.numbers
            if n.unit == unit and n.name != "count"
        ]
        if not others or name == "count":
            return None
        other = self._random.choice(others).value
        return self._checked(
            fact, name, self._written(name, abs(other) if name.startswith(_CHANGES) else other, unit, hedged=False)
        )

    def _unit(self, fact: Fact, pattern: str, fields: dict[str, str]) -> Lie | None:
        swaps = {" ms": " s", " s": " ms", " min": " h", " KiB": " MiB", " MiB": " GiB", " GiB": " KiB", " USD": " EUR",
                 " minutes": " hours", " hours": " days", " minutos": " horas", " horas": " días", " days": " weeks",
                 " días": " semanas", "k": " M", " °C": " %", " req/s": " req/min"}  # fmt: skip
        for name in self._figures(fact, fields):
            for old, new in swaps.items():
                if re.search(r"\d" + old + "$", fields[name]):
                    return {name: fields[name].removesuffix(old) + new}
        return None

    def _percent(self, fact: Fact, pattern: str, fields: dict[str, str]) -> Lie | None:
        """The change in percent told in the series' unit, or the other way round."""
        numbers = {number.name: number for number in fact.numbers}
        if (
            "change" not in numbers
            or "change_percent" not in numbers
            or numbers["change"].unit in {"percent", "percentunit", ""}
        ):
            return None
        if "change_percent" in fields:
            told = self._figure(abs(numbers["change_percent"].value), numbers["change"].unit, hedged=False)
            return self._checked(fact, "change", told) and {"change_percent": told}
        if "change" in fields:
            told = self._figure(abs(numbers["change"].value), "percent", hedged=False)
            return self._checked(fact, "change_percent", told) and {"change": told}
        return None

    def _series(self, fact: Fact, pattern: str, fields: dict[str, str]) -> Lie | None:
        """All that is true of one series, told of another; only where each figure is false of that one."""
        if fact.kind in {"correlation", "lead_lag", "composition", "forecast"} or (
            "mean" not in fields and "t_at" not in fields and "before" not in fields and "change_percent" not in fields
        ):
            return None
        others = [name for name in self._sheet.series if name != fact.series[0] and name in self._sheet.series]
        if not others:
            return None
        other = self._random.choice(others)
        theirs = [one for one in self._sheet.facts if other in one.series]
        figures = self._figures(fact, fields)
        for name in figures:
            told = fields[name]
            assert isinstance(told, Figure)
            if any(
                not self._truth.is_false(one, name, told) for one in theirs if any(n.name == name for n in one.numbers)
            ):
                return None
            own = self._truth.says(other, name)
            if own is not None and abs(own - told.value) <= 0.501 * told.step:
                return None
        return {"s": other, **{name: fields[name] for name in figures}} if figures else None

    def _swapped(self, fact: Fact, pattern: str, fields: dict[str, str]) -> Lie | None:
        pairs = (("before", "after"), ("start_value", "end_value"), ("previous", "current"), ("value", "expected"),
                 ("mean", "median"), ("min", "max"))  # fmt: skip
        for a, b in pairs:
            one, other = fields.get(a), fields.get(b)
            if (
                isinstance(one, Figure)
                and isinstance(other, Figure)
                and self._truth.is_false(fact, a, other)
                and self._truth.is_false(fact, b, one)
            ):
                return {a: other, b: one}
        return None

    def _way(self, fact: Fact, pattern: str, fields: dict[str, str]) -> Lie | None:
        if fact.direction not in {"up", "down"}:
            return None
        other = "down" if fact.direction == "up" else "up"
        name = next((one for one in ("d", "a") if "{" + one + "}" in pattern), None)
        if name is None:
            return None
        return {name: self._random.choice((VERBS if name == "d" else ADVERBS)[self._language][other])}

    def _period(self, fact: Fact, pattern: str, fields: dict[str, str]) -> Lie | None:
        """What is true against one period, told against another."""
        figures = self._figures(fact, fields)
        if fact.kind != "comparison" or not figures:
            return None
        notes = [note for note in PERIODS[self._language] if note != fact.note]
        for note in self._random.sample(notes, len(notes)):
            theirs = [
                one
                for one in self._sheet.facts
                if one.kind == "comparison" and one.note == note and one.series == fact.series
            ]
            if all(self._truth.is_false(one, name, fields[name]) for one in theirs for name in figures):  # type: ignore[arg-type]
                return {"p": PERIODS[self._language][note], **{name: fields[name] for name in figures}}
        return None

    def _moved(self, fact: Fact, fields: dict[str, str], by: float) -> Lie | None:
        names = [name for name in fields if name.startswith("t_") and name not in {"t_de", "t_bare"}] + ["ago"] * (
            "ago" in fields
        )
        if not names:
            return None
        name = self._random.choice(names)
        times = {"start": fact.start, "end": fact.end} | {time.name: time.at for time in fact.times}
        at = times["at" if name == "ago" else name[2:]]
        if at is None or not self._truth.is_no_moment(at + by, 150.0):
            return None
        if name == "ago":
            seconds = float(self._sheet.end or 0.0) - at - by
            if seconds < 2 * _HOUR:
                return None
            span = self._span(seconds)
            if not self._truth.is_no_moment(float(self._sheet.end or 0.0) - span.value, span.step):
                return None
            return {name: self._ago(seconds)}
        return {name: self._moment(at + by)}

    def _day(self, fact: Fact, pattern: str, fields: dict[str, str]) -> Lie | None:
        return self._moved(fact, fields, self._random.choice([-7, -1, 1, 2, 7]) * timedelta(days=1).total_seconds())

    def _time(self, fact: Fact, pattern: str, fields: dict[str, str]) -> Lie | None:
        return self._moved(
            fact, fields, self._random.choice([-1, 1]) * self._random.choice([_HOUR, 12 * _HOUR, 1500.0])
        )

    def _counted(self, fact: Fact, pattern: str, fields: dict[str, str]) -> Lie | None:
        if "n" not in fields:
            return None
        words = WORDS[self._language]
        old = (
            1
            if fields["n"] in {"un", "una"}
            else words.index(fields["n"])
            if fields["n"] in words
            else int(fields["n"])
        )
        new = old + self._random.choice([1, 2, 3, *([-1] if old > 2 else [])])
        # Of several series together there may be as many.
        kinds = [one for one in self._sheet.facts if one.kind == fact.kind]
        totals = {
            one.series[0]: next((n.value for n in one.numbers if n.name in {"anomalies", "gaps"}), None)
            for one in kinds
        }
        by_series = {name: total or sum(one.series[0] == name for one in kinds) for name, total in totals.items()}
        if new in {sum(by_series.values()), len(kinds)}:
            return None
        plural = COUNTED[self._language][fact.kind][1]
        return {"n": self._number(new, fact.kind), "what": plural}

    def _ratio(self, fact: Fact, pattern: str, fields: dict[str, str]) -> Lie | None:
        if "r" not in fields:
            return None
        return {"r": self._random.choice([word for _, word in RATIOS[self._language] if word != fields["r"]])}

    def _rank(self, fact: Fact, pattern: str, fields: dict[str, str]) -> Lie | None:
        """Another series than the highest is said to be the highest, with its true mean."""
        if pattern not in PATTERNS[self._language]["rank"]:
            return None
        others = [
            (f, n)
            for f in self._sheet.facts
            if f.kind == "level" and f is not fact
            for n in f.numbers
            if n.name == "mean"
        ]
        other, number = self._random.choice(others)
        own = self._truth.says(fact.series[0], "mean")
        their = self._truth.says(other.series[0], "mean")
        if own is None or their is None or their >= own:
            return None
        return {"s": other.series[0], "mean": self._figure(number.value, number.unit, hedged=False)}


def _text(pattern: str, fields: dict[str, str]) -> str:
    told = pattern.format_map(fields)
    return told[:1].upper() + told[1:] if not pattern.startswith("{s}") else told


def _marked(pattern: str, fields: dict[str, str], lie: Lie, trick: str) -> Said:
    """The sentence; its lies are the changed words, of a series told wrongly the figures that are not its own."""
    shown = {name for name in lie if not (name in {"s", "what", "p"} and len(lie) > 1)}
    text = _text(pattern, {**fields, **{n: f"\x02{w}\x03" if n in shown else str(w) for n, w in lie.items()}})
    return marked(text, trick)
