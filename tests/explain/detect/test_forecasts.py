"""A forecast is of a reading that the series will have."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from sereno.explain.facts import facts
from sereno.explain.narrate.telling import tell
from sereno.explain.read import chart_of_json

DAY = 86_400.0
MIDNIGHT = datetime(2024, 1, 1, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("step", [DAY, 3600.0, 7 * DAY])
def test_it_falls_on_a_reading_of_the_grid(step: float) -> None:
    noise = random.Random(3)
    times = [1000 * (MIDNIGHT + step * n) for n in range(1_237)]
    values = [100 + noise.gauss(0, 1) for _ in times]
    fields = [{"name": "t", "type": "time", "values": times}, {"name": "v", "type": "number", "values": values}]
    sheet = facts(chart_of_json({"frames": [{"name": "v", "fields": fields}], "tz": "UTC"}))
    (forecast,) = (fact for fact in sheet.facts if fact.kind == "forecast")
    ahead = forecast.times[0].at - times[-1] / 1000
    horizon = {number.name: number.value for number in forecast.numbers}["horizon"]
    assert (ahead % step, ahead, forecast.end) == (0.0, horizon, forecast.times[0].at)
    assert abs(ahead - len(times) * step / 10) < 0.02 * len(times) * step, "a tenth of the range ahead"
    if step >= DAY:
        assert " at " not in tell(forecast, sheet, "en"), "of daily values no time of day is told"
