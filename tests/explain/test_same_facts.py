"""The same chart gives the same facts and the same text, also in another process, whose sets have another order."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

PROGRAM = """
import msgspec, numpy as np
from sereno.explain.facts import facts
from sereno.explain.frame import Categories, Chart, Event, Series, Threshold
from sereno.explain.narrate.choosing import ANALYSES
from sereno.explain.narrate.narrator import narrate
from sereno.explain.verify import verify

rng = np.random.default_rng(0)
times = 1.7e9 + 60.0 * np.arange(400)
base = np.cumsum(rng.normal(size=400))
series = [
    Series(name=f"s{k}", unit=("s", "bytes")[k % 2], times=times,
           values=np.roll(base, k) + rng.normal(size=400) / 9 + (np.arange(400) > 200) * k)
    for k in range(6)
]
series[3].values[100] = 1e3
columns = {"before": (40, 20, 10, 10, 10, 5, 5), "now": (10, 20, 40, 10, 10, 5, 5)}
sheet = facts(Chart(
    series=tuple(series), thresholds=(Threshold(5.0, "limit"),),
    categories=tuple(Categories(name=name, unit="percent", names=tuple("abcdefg"), values=np.array(values, dtype=float))
                     for name, values in columns.items()),
    events=(Event(float(times[195]), "deploy", "v2"), Event(float(times[99]), "alert", "slow")),
))
print(msgspec.json.encode(sheet).decode())
for analysis in ANALYSES:
    text = "".join(narrate(sheet, analysis, question="why?"))
    print(text, verify(text, sheet))
"""


def told(seed: int) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=os.environ | {"PYTHONHASHSEED": str(seed)},
        capture_output=True, text=True, timeout=100, check=True,
    )  # fmt: skip
    assert len(done.stdout) > 10_000
    return hashlib.sha256(done.stdout.encode()).hexdigest()


def test_every_process_finds_and_tells_the_same() -> None:
    assert len({told(seed) for seed in (1, 2, 3)}) == 1
