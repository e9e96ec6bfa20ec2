"""A second set of scripted narrators, worded otherwise than the first: truthful reporters and a liar of seven tricks.

They tell more kinds of facts than `explain_narrators`, in longer sentences, and share no words table with it. Only the
way in which a figure is written down is shared.
"""

# Every trick is asked in the same way.
# ruff: noqa: ARG002

from __future__ import annotations

import re

from explain_narrators import Narrator, rounds_alike
from explain_said import Said, marked
from explain_truth import told_of_another

from sereno.explain.fact import Fact, Number

UP = {"en": ["went up", "gained", "moved up", "surged"], "es": ["se incrementó", "ascendió", "repuntó", "se elevó"]}
DOWN = {"en": ["went down", "shrank", "sank", "moved down"], "es": ["retrocedió", "descendió", "se redujo", "perdió"]}
PERIODS = {
    "en": {
        "previous_hour": "than an hour before", "same_hour_yesterday": "than at the same hour of the day before",
        "previous_day": "than the previous day", "same_day_last_week": "than on the same day a week earlier",
        "previous_week": "than in the previous week", "halves": "than in the first half",
    },
    "es": {
        "previous_hour": "que una hora antes", "same_hour_yesterday": "que a la misma hora del día anterior",
        "previous_day": "que el día anterior", "same_day_last_week": "que el mismo día de la semana anterior",
        "previous_week": "que la semana anterior", "halves": "que en la primera mitad",
    },
}  # fmt: skip
PATTERNS: dict[str, dict[str, list[str]]] = {
    "en": {
        "level": [
            "The typical reading of {s} is {median} (median), and its mean comes to {mean}.",
            "Looking at {s}: {mean} on average, {median} at the median, and {last} at the very end.",
            "{s} closes at a last value of {last}, with a mean of {mean}.",
            "Ninety-five of a hundred readings of {s} lie below its p95 of {p95}; on average it is {mean}.",
        ],
        "range": [
            "{s} peaked at {max} {t_max}, having bottomed out at {min} {t_min}.",
            "Across the chart {s} never exceeded a maximum of {max}, and its minimum was {min}.",
            "{s} stayed between {min} and {max}.",
            "The largest figure for {s}, {max}, came {t_max}; the smallest, {min}, came {t_min}.",
        ],
        "trend": [
            "From {start_value} at the start, {s} {d} to {end_value}, {change_percent} in all.",
            "All told, {s} {d} by {change_percent}.",
            "{s} {d} from {start_value} to {end_value} across the chart.",
        ],
        "trend_flat": ["{s} shows no trend.", "There is no clear trend in {s}.", "{s} stays steady."],
        "change_point": [
            "A level shift hit {s} {t_at}: {before} before, {after} after.",
            "{t_at}, the level of {s} {d} from {before} to {after}, by {change_percent}.",
            "{s} {d} to {after} {t_at}; until then it had been at {before}.",
        ],
        "anomaly_point": [
            "One reading of {s} is an outlier: {value} {t_at}, against an expected {expected}.",
            "An unusual value of {value} turned up in {s} {t_at}; normally it would be {expected}.",
            "{t_at}, {s} was at {value} rather than the expected {expected}, an anomaly.",
        ],
        "anomaly_collective": [
            "An anomaly in {s} lasted {duration}: a mean of {value} instead of {expected}.",
            "{s} behaved in an anomalous way, averaging {value} where {expected} was expected.",
        ],
        "comparison": [
            "{s} is {change_percent} {more} {p}.",
            "At {current}, {s} is {more} {p}, when it was {previous}.",
            "{s} {d} from {previous} to {current}, that is {change_percent} {more} {p}.",
        ],
        "seasonality": ["A cycle of {period} shows in {s}.", "{s} follows a pattern with a period of {period}."],
        "gap": ["{s} sent nothing for {duration}: a gap.", "There is a gap of {duration} in {s}."],
        "flat": ["{s} was stuck at {value} for {duration}.", "A flat line of {duration} shows in {s}, at {value}."],
        "forecast": [
            "{s} is predicted to be at {expected} {t_at}.",
            "The forecast for {s} is {expected}.",
        ],
        "threshold_beyond": [
            "{s} has broken its limit of {threshold}, topping out at a maximum of {peak_value} {t_peak}.",
        ],
        "threshold_returned": [
            "{s} was over the limit of {threshold} for {duration} in total.",
            "The limit of {threshold} was passed by {s}, whose peak was {peak_value}.",
        ],
        "threshold_never": ["The limit of {threshold} was never reached by {s}."],
        "composition_part": ["{s} stands for a share of {share}, worth {value}."],
    },
    "es": {
        "level": [
            "La lectura típica de {s} es {median} (mediana), y su media llega a {mean}.",
            "En cuanto a {s}: {mean} de media, {median} de mediana y {last} como último valor.",
            "{s} cierra con un último valor de {last} y una media de {mean}.",
            "El p95 de {s} es {p95}; en promedio está en {mean}.",
        ],
        "range": [
            "{s} llegó a su pico de {max} {t_max} y tocó su mínimo de {min} {t_min}.",
            "En la gráfica {s} no pasó de un máximo de {max}, y su mínimo fue {min}.",
            "{s} se movió entre {min} y {max}.",
            "La cifra más grande de {s}, {max}, llegó {t_max}; la más pequeña, {min}, {t_min}.",
        ],
        "trend": [
            "Desde {start_value} al principio, {s} {d} hasta {end_value}, un {change_percent} en conjunto.",
            "En definitiva, {s} {d} un {change_percent}.",
            "{s} {d} de {start_value} a {end_value} a lo largo de la gráfica.",
        ],
        "trend_flat": ["{s} no muestra tendencia.", "No hay tendencia clara en {s}.", "{s} se mantiene estable."],
        "change_point": [
            "Hubo un cambio de nivel en {s} {t_at}: {before} antes, {after} después.",
            "{t_at}, el nivel de {s} {d} de {before} a {after}, un {change_percent}.",
            "{s} {d} hasta {after} {t_at}; hasta entonces estaba en {before}.",
        ],
        "anomaly_point": [
            "Una lectura de {s} es atípica: {value} {t_at}, frente a {expected} esperados.",
            "Un valor inusual de {value} apareció en {s} {t_at}; lo normal sería {expected}.",
            "{t_at}, {s} estuvo en {value} en vez de los {expected} esperados, una anomalía.",
        ],
        "anomaly_collective": [
            "Una anomalía de {s} duró {duration}: una media de {value} en vez de {expected}.",
            "{s} se comportó de forma anómala, con {value} de media cuando se esperaban {expected}.",
        ],
        "comparison": [
            "{s} está un {change_percent} {more} {p}.",
            "Con {current}, {s} está {more} {p}, cuando estaba en {previous}.",
            "{s} {d} de {previous} a {current}, es decir, un {change_percent} {more} {p}.",
        ],
        "seasonality": ["Se ve un ciclo de {period} en {s}.", "{s} sigue un patrón con un periodo de {period}."],
        "gap": ["{s} no envió nada durante {duration}: un hueco.", "Hay un hueco de {duration} en {s}."],
        "flat": ["{s} se quedó congelado en {value} durante {duration}."],
        "forecast": ["Se prevé que {s} esté en {expected} {t_at}.", "La previsión para {s} es {expected}."],
        "threshold_beyond": ["{s} ha roto su límite de {threshold}, con un máximo de {peak_value} {t_peak}."],
        "threshold_returned": [
            "{s} estuvo por encima del límite de {threshold} durante {duration} en total.",
            "El límite de {threshold} fue superado por {s}, cuyo pico fue de {peak_value}.",
        ],
        "threshold_never": ["{s} nunca alcanzó el límite de {threshold}."],
        "composition_part": ["{s} representa una cuota del {share}, con {value}."],
    },
}
MORE = {
    "en": {"up": ["higher", "more"], "down": ["lower", "less"]},
    "es": {"up": ["más alto", "más alta"], "down": ["más bajo", "más baja"]},
}
_FIELD = re.compile(r"\{(\w+)\}")
_DIGIT = re.compile(r"[1-9]")


class Reporter(Narrator):
    """Tells facts in the words of this module; see `Narrator`."""

    def reports(self) -> list[Said]:
        """A true sentence for each fact that it knows words for; some of two facts."""
        told = [self._filled(fact, hedged=True) for fact in self._sheet.facts]
        return [Said(_text(pattern, fields)) for pattern, fields in filter(None, told)]

    def deceits(self) -> list[Said]:
        """The same with one lie each that is sure to be false."""
        tricks = (
            self._last_digit, self._size, self._unit, self._other_role, self._other_way, self._other_time,
            self._other_day,
        )  # fmt: skip
        said = []
        for fact in self._sheet.facts:
            found = self._filled(fact, hedged=False)
            if found is None:
                continue
            pattern, fields = found
            for trick in self._random.sample(tricks, len(tricks)):
                lie = trick(fact, pattern, fields)
                if lie is not None:
                    name, word = lie
                    if told_of_another(self._sheet, fact, fields, {name: word}, self._language):
                        continue
                    text = _text(pattern, {**fields, name: f"\x02{word}\x03"})
                    said.append(marked(text, trick.__name__[1:]))
                    break
        return said

    def _filled(self, fact: Fact, *, hedged: bool) -> tuple[str, dict[str, str]] | None:
        table = PATTERNS[self._language]
        keys = (f"{fact.kind}_{fact.note}", f"{fact.kind}_{fact.direction}", fact.kind)
        patterns = next((table[key] for key in keys if key in table), None)
        if patterns is None or not fact.series or (fact.kind == "comparison" and fact.direction == "flat"):
            return None
        if fact.kind == "trend" and fact.note == "stepped":
            return None
        pattern = self._random.choice(patterns)
        numbers = {number.name: number for number in fact.numbers}
        times = {time.name: time.at for time in fact.times}
        fields = {"s": fact.series[0]}
        for name in _FIELD.findall(pattern):
            if name in numbers:
                fields[name] = self._shown(numbers[name], hedged=hedged and not pattern.startswith("{"))
            elif name.startswith("t_") and name[2:] in times:
                fields[name] = self._moment(times[name[2:]])
        if fact.direction in {"up", "down"}:
            fields["d"] = self._random.choice((UP if fact.direction == "up" else DOWN)[self._language])
            fields["more"] = self._random.choice(MORE[self._language][fact.direction])
        if fact.kind == "comparison" and fact.note in PERIODS[self._language]:
            fields["p"] = PERIODS[self._language][fact.note]
        if any(name not in fields for name in _FIELD.findall(pattern)):
            return None
        pairs = (("before", "after"), ("start_value", "end_value"), ("previous", "current"))
        if any(a in fields and b in fields and rounds_alike(fields[a], fields[b]) for a, b in pairs):
            return None
        return pattern, fields

    def _shown(self, number: Number, *, hedged: bool) -> str:
        if number.name in {"duration", "period"}:
            return self._span(number.value)
        value = abs(number.value) if number.name == "change_percent" else number.value
        return self._figure(value, number.unit, hedged=hedged)

    def _span(self, seconds: float) -> str:
        minutes, hours = {"en": ("minutes", "hours"), "es": ("minutos", "horas")}[self._language]
        days = {"en": "days", "es": "días"}[self._language]
        for size, word in ((86400, days), (3600, hours), (60, minutes)):
            if seconds >= 2 * size:
                return f"{self._decimal(seconds / size)} {word}"
        return f"{self._decimal(seconds)} s"

    def _decimal(self, value: float) -> str:
        text = f"{value:.1f}".removesuffix(".0")
        return text.replace(".", ",") if self._language == "es" else text

    def _numbered(self, fact: Fact, fields: dict[str, str]) -> list[str]:
        names = {number.name for number in fact.numbers}
        return [
            name for name in fields if name in names and _DIGIT.search(fields[name]) and "e" not in fields[name][:6]
        ]

    def _last_digit(self, fact: Fact, pattern: str, fields: dict[str, str]) -> tuple[str, str] | None:
        names = self._numbered(fact, fields)
        if not names:
            return None
        name = self._random.choice(names)
        old = fields[name]
        at = max(i for i, c in enumerate(old) if c.isdigit())
        new = (int(old[at]) + self._random.choice([2, 3, 4, 5, 6, 7, 8])) % 10
        word = old[:at] + str(new) + old[at + 1 :]
        return None if self._true_elsewhere(word, name, fact) else (name, word)

    def _size(self, fact: Fact, pattern: str, fields: dict[str, str]) -> tuple[str, str] | None:
        names = [name for name in self._numbered(fact, fields) if name not in {"duration", "period"}]
        if not names:
            return None
        name = self._random.choice(names)
        number = next(one for one in fact.numbers if one.name == name)
        value = abs(number.value) if name == "change_percent" else number.value
        if value == 0:
            return None
        return name, self._figure(value * self._random.choice([10.0, 100.0, 0.1]), number.unit, hedged=False)

    def _unit(self, fact: Fact, pattern: str, fields: dict[str, str]) -> tuple[str, str] | None:
        swaps = {" ms": " s", " s": " ms", " min": " h", " %": " ms", " KiB": " MiB", " MiB": " GiB", " GiB": " MiB",
                 " minutes": " hours", " hours": " minutes", " minutos": " horas", " horas": " minutos",
                 " days": " hours", " días": " horas", " USD": " EUR", "k": " M"}  # fmt: skip
        for name in self._numbered(fact, fields):
            for old, new in swaps.items():
                if re.search(r"\d" + old + "$", fields[name]):
                    return name, fields[name].removesuffix(old) + new
        return None

    def _other_role(self, fact: Fact, pattern: str, fields: dict[str, str]) -> tuple[str, str] | None:
        """The figure of another role, true in itself, told as this one."""
        groups = (("mean", "median", "last", "p95", "max", "min"), ("value", "expected"), ("before", "after"),
                  ("current", "previous"), ("start_value", "end_value"))  # fmt: skip
        told = [f for f in self._sheet.facts if f.series == fact.series and f.kind in {fact.kind, "level", "range"}]
        about = {number.name: number for one in told for number in one.numbers}
        for name in self._numbered(fact, fields):
            group = next((one for one in groups if name in one), ())
            own = next(one for one in fact.numbers if one.name == name)
            others = [about[one] for one in group if one != name and one in about and about[one].unit == own.unit]
            others = [one for one in others if abs(one.value - own.value) > 0.2 * abs(own.value)]
            if others:
                return name, self._figure(self._random.choice(others).value, own.unit, hedged=False)
        return None

    def _other_way(self, fact: Fact, pattern: str, fields: dict[str, str]) -> tuple[str, str] | None:
        for name in ("more", "d"):
            if "{" + name + "}" in pattern and fact.direction in {"up", "down"}:
                other = "down" if fact.direction == "up" else "up"
                words = (
                    MORE[self._language][other] if name == "more" else (UP if other == "up" else DOWN)[self._language]
                )
                return name, self._random.choice(words)
        return None

    def _other_time(self, fact: Fact, pattern: str, fields: dict[str, str]) -> tuple[str, str] | None:
        return self._moved(fact, fields, lambda: self._random.choice([-1, 1]) * self._random.uniform(300, 20_000))

    def _other_day(self, fact: Fact, pattern: str, fields: dict[str, str]) -> tuple[str, str] | None:
        return self._moved(fact, fields, lambda: self._random.choice([-2, -1, 1, 2]) * 86400.0)

    def _moved(self, fact: Fact, fields: dict[str, str], by) -> tuple[str, str] | None:
        names = [name for name in fields if name.startswith("t_")]
        moments = [one.at for other in self._sheet.facts for one in other.times]
        moments += [at for other in self._sheet.facts for at in (other.start, other.end) if at is not None]
        for name in names:
            at = next(one.at for one in fact.times if one.name == name[2:])
            moved = at + by()
            if all(self._apart(moved, one) > 150 for one in moments):
                return name, self._moment(moved)
        return None

    def _true_elsewhere(self, word: str, name: str, fact: Fact) -> bool:
        """Whether a figure with a digit changed is the fact's figure after all, rounded otherwise."""
        digits = re.sub(r"[^\d.,-]", "", word)
        plain = digits.replace(".", "").replace(",", ".") if self._language == "es" else digits.replace(",", "")
        number = next(one for one in fact.numbers if one.name == name)
        try:
            return float(plain) == abs(number.value)
        except ValueError:
            return True


def _text(pattern: str, fields: dict[str, str]) -> str:
    told = pattern.format_map(fields)
    return told[:1].upper() + told[1:] if not pattern.startswith("{s}") else told
