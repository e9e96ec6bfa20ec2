"""How much load when: straight lines joined in time. A level is a rate (open) or a number of users (closed)."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import msgspec

from sereno.promql.durations import seconds

_NUMBER = r"\d{1,9}(?:\.\d{1,6})?"
_STAGE = re.compile(rf"(?P<time>[0-9a-z]{{1,40}}):(?P<start>{_NUMBER})(?:-(?P<end>{_NUMBER}))?", re.ASCII)
_EXPECTED = "expected stages such as 30s:0-20,1m:20,30s:20-0 (how long : level, or from-to)"


class Stage(msgspec.Struct, frozen=True):
    """A stretch of time in which the level goes straight from `start` to `end`.

    Attributes:
        seconds: how long, above 0.
        start, end: levels, 0 or more.
    """

    seconds: float
    start: float
    end: float

    @property
    def area(self) -> float:
        """The level summed over time: for a rate, the number of arrivals to expect."""
        return self.seconds * (self.start + self.end) / 2

    def time_of(self, area: float) -> float:
        """Seconds after which the area so far is `area`, which must be less than the stage's own.

        The root of start·x + (end − start)/(2·seconds)·x² = area, in the form that also holds where the slope is 0.
        """
        slope = (self.end - self.start) / self.seconds
        under = max(0.0, self.start * self.start + 2 * slope * area)
        below = self.start + math.sqrt(under)
        return 2 * area / below if below else 0.0


class Profile(msgspec.Struct, frozen=True):
    """Stages one after the other, from 0 s on."""

    stages: tuple[Stage, ...]

    @property
    def seconds(self) -> float:
        """How long all stages take."""
        return sum(stage.seconds for stage in self.stages)

    @property
    def area(self) -> float:
        """The level summed over time."""
        return sum(stage.area for stage in self.stages)

    @property
    def highest(self) -> float:
        """The highest level."""
        return max(max(stage.start, stage.end) for stage in self.stages)

    def level(self, at: float) -> float:
        """The level at a moment; 0 outside."""
        begun = 0.0
        for stage in self.stages:
            if begun <= at < begun + stage.seconds:
                return stage.start + (stage.end - stage.start) * (at - begun) / stage.seconds
            begun += stage.seconds
        return 0.0

    def time_of(self, area: float) -> float | None:
        """The moment at which the area so far is `area`; None if that is never reached."""
        begun = 0.0
        for stage in self.stages:
            if area < stage.area:
                return begun + stage.time_of(area)
            area -= stage.area
            begun += stage.seconds
        return None

    def above(self, limit: float, at: float) -> float | None:
        """The first moment from `at` on at which the level exceeds `limit`; None if it never does."""
        begun = 0.0
        for stage in self.stages:
            ended = begun + stage.seconds
            if ended > at:
                entered = max(at, begun)
                if self.level(entered) > limit:
                    return entered
                if stage.end > limit and stage.end > stage.start:
                    crossed = begun + stage.seconds * (limit - stage.start) / (stage.end - stage.start)
                    return math.nextafter(max(entered, crossed), math.inf)
            begun = ended
        return None


def steady(level: float, duration: float, ramp: float = 0.0) -> Profile:
    """One level for a time, reached in a straight line from 0 within the first `ramp` seconds of it."""
    stages = [Stage(ramp, 0.0, level)] if ramp else []
    if duration > ramp:
        stages.append(Stage(duration - ramp, level, level))
    return Profile(tuple(stages))


def read_stages(text: str) -> Profile:
    """Stages as people write them.

    >>> read_stages("30s:0-20,1m:20").stages
    (Stage(seconds=30.0, start=0.0, end=20.0), Stage(seconds=60.0, start=20.0, end=20.0))

    Raises:
        ValueError: not of this form, or no load at all.
    """
    return _checked([_stage(part.strip()) for part in text.split(",")])


def _stage(text: str) -> Stage:
    match = _STAGE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:80]!r} is no stage; {_EXPECTED}")
    length = seconds(match["time"])
    if not length:
        raise ValueError(f"stage {text[:80]!r} takes no time; {_EXPECTED}")
    return Stage(length, float(match["start"]), float(match["end"] or match["start"]))


def _checked(stages: Sequence[Stage]) -> Profile:
    profile = Profile(tuple(stages))
    if not profile.area:
        raise ValueError(f"the stages hold no load at all; {_EXPECTED}")
    return profile
