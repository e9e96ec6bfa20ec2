"""Prices by time: what a machine costs by the hour, and the electricity it takes, for the time a call kept it busy."""

from __future__ import annotations

import msgspec

from sereno.calls import Call, Timing
from sereno.pricing.rates import DIGITS

HOUR = 3600.0
KWH = 3.6e6
"""Joules in a kilowatt-hour."""


class MachineRates(msgspec.Struct, frozen=True, kw_only=True):
    """USD for time and energy; None where it is not paid.

    Attributes:
        per_hour: of the machine, while a call keeps it busy.
        watts: what it draws meanwhile, where the energy of a call is not measured.
        per_kwh: of electricity.
    """

    per_hour: float | None = None
    watts: float | None = None
    per_kwh: float | None = None

    def cost(self, call: Call) -> float | None:
        """USD, None where the model server was not reached or the energy is not known."""
        if call.error_type == "upstream_unreachable":
            return None
        seconds = busy(call.timing)
        usd = (self.per_hour or 0.0) * seconds / HOUR
        if self.per_kwh is not None:
            joules = call.energy_joules
            if joules is None:
                if self.watts is None:
                    return None
                joules = self.watts * seconds
            usd += self.per_kwh * joules / KWH
        return round(usd, DIGITS)

    def __str__(self) -> str:
        """Like `1.2 an hour, 350 W at 0.3 per kWh`."""
        parts = [f"{self.per_hour:g} an hour"] if self.per_hour is not None else []
        if self.per_kwh is not None:
            drawn = "measured energy" if self.watts is None else f"{self.watts:g} W"
            parts.append(f"{drawn} at {self.per_kwh:g} per kWh")
        return ", ".join(parts)


def busy(timing: Timing) -> float:
    """Seconds that a call kept the machine busy: load, prompt and generation as reported, else all of its time.

    >>> busy(Timing(9.0, load=1.0, prompt_eval=0.5, eval=4.5)), busy(Timing(9.0))
    (6.0, 9.0)
    """
    parts = [part for part in (timing.load, timing.prompt_eval, timing.eval) if part is not None]
    return sum(parts) if parts else timing.total
