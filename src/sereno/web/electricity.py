"""What the electricity of calls costs, where the settings say what a kilowatt-hour does."""

from __future__ import annotations

from collections.abc import Sequence

from sereno.pricing.machine import KWH
from sereno.query.view import ShownSetting


def per_kwh(settings: Sequence[ShownSetting]) -> float | None:
    """US dollars a kilowatt-hour: `per_kwh` of the price tables, None where none has it or they differ.

    >>> per_kwh([ShownSetting("prices.gpu.per_kwh", "0.28", ""), ShownSetting("prices.gpu.watts", "350", "")])
    0.28
    """
    told = set()
    for setting in settings:
        if setting.name.startswith("prices.") and setting.name.endswith(".per_kwh"):
            try:
                told.add(float(setting.value))
            except ValueError:  # not set
                continue
    return told.pop() if len(told) == 1 else None


def electricity(joules: float | None, usd_per_kwh: float | None) -> float | None:
    """US dollars for an energy, None where either is unknown.

    >>> electricity(7.2e6, 0.30), electricity(None, 0.30)
    (0.6, None)
    """
    return None if joules is None or usd_per_kwh is None else joules / KWH * usd_per_kwh
