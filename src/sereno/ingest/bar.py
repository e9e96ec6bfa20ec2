"""One day of one market: what every source gives and the table keeps."""

from __future__ import annotations

from datetime import date

import msgspec


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One trading day.

    Attributes:
        day: the exchange's date. open, high, low, close: index points (or currency).
        adj_close: close corrected for splits and dividends; None where the source has none.
        volume: shares traded; None where the source has none.
    """

    day: date
    open: float
    high: float
    low: float
    close: float
    adj_close: float | None = None
    volume: int | None = None

    def trouble(self) -> str | None:
        """What cannot be in a day of trading, in a sentence; None where all is well."""
        if not 0 < self.low <= self.high:
            return f"low {self.low:g} and high {self.high:g} are no range of prices"
        slack = self.high * 1e-6  # sources round
        for name, value in (("open", self.open), ("close", self.close)):
            if not self.low - slack <= value <= self.high + slack:
                return f"{name} {value:g} is outside low {self.low:g} and high {self.high:g}"
        return "volume is negative" if (self.volume or 0) < 0 else None
