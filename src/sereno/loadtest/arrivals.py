"""When requests arrive in an open model: they do not wait for each other, as the users of a public service do not.

Schroeder, Wierman, Harchol-Balter, "Open Versus Closed: A Cautionary Tale", NSDI 2006.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from random import Random
from typing import Literal

from sereno.loadtest.profile import Profile

Pattern = Literal["poisson", "constant"]


def arrivals(profile: Profile, pattern: Pattern, random: Random) -> Iterator[float]:
    """The moments of arrival, ascending, in seconds from the start.

    Unit-rate arrivals are mapped through the inverse of the rate's integral, which is exact for any profile
    (Çinlar, "Introduction to Stochastic Processes", 1975, §4.7).

    Args:
        profile: the rate over time, arrivals a second.
        pattern: `poisson` for independent arrivals, `constant` for even gaps.
        random: where chance comes from.
    """
    gaps = repeat(1.0) if pattern == "constant" else iter(lambda: random.expovariate(1.0), None)
    area = 0.0 if pattern == "constant" else next(gaps)
    while (at := profile.time_of(area)) is not None:
        yield at
        area += next(gaps)
