"""How often the 95 % interval of a corrected judge holds the truth, and how often that of its raw score does.

Answers of known truth, a judge that errs with known rates, labels for its calibration: each drawn 4,000 times with a
fixed seed, over truths from 0.5 to 0.95, judges from fair to good, 100 to 1,000 verdicts and 50 to 200 labels of each
kind. The first line is the setting of arXiv:2511.21140. An interval that cannot be given (a judge that its labels do
not tell from chance) counts on neither side.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sereno.quality.correction import Confusion, corrected
from sereno.quality.errors import QualityError
from sereno.stats.intervals import wilson

LOW, HIGH = 0.93, 0.97


class Setting(NamedTuple):
    """Share of good answers, the judge's rates, verdicts, labels of each kind."""

    truth: float
    sensitivity: float
    specificity: float
    verdicts: int
    labels: int


SETTINGS = (
    Setting(0.80, 0.85, 0.70, 200, 100), Setting(0.80, 0.85, 0.70, 100, 50), Setting(0.80, 0.85, 0.70, 1000, 200),
    Setting(0.50, 0.90, 0.90, 200, 50), Setting(0.60, 0.70, 0.70, 300, 200), Setting(0.95, 0.90, 0.80, 200, 100),
    Setting(0.80, 0.95, 0.95, 100, 50), Setting(0.90, 0.85, 0.70, 1000, 200),
)  # fmt: skip


def run(quick: bool) -> dict[str, Any]:
    rounds = 400 if quick else 4000
    found = [coverage(setting, rounds) for setting in SETTINGS]
    lowest = min(one["corrected"] for one in found)
    highest = max(one["corrected"] for one in found)
    reached = "reached" if lowest >= LOW and highest <= HIGH else "**not reached**"
    return {
        "rounds": rounds,
        "settings": found,
        "table": [
            [f"corrected judge: 95 % interval holds the truth, {len(found)} settings, {rounds:,} simulations each",
             "93–97 %", f"{lowest:.1%} – {highest:.1%}", reached, ""],
            ["the same of the judge's raw score, in the setting of arXiv:2511.21140", "", f"{found[0]['raw']:.1%}", "",
             ""],
        ],
    }  # fmt: skip


def coverage(setting: Setting, rounds: int) -> dict[str, Any]:
    rng = np.random.default_rng(20251121)
    truth, sensitivity, specificity, n, labels = setting
    said_good = truth * sensitivity + (1 - truth) * (1 - specificity)
    given = held = raw = 0
    for _ in range(rounds):
        confusion = Confusion(good=labels, good_found=int(rng.binomial(labels, sensitivity)), bad=labels,
                              bad_found=int(rng.binomial(labels, specificity)))  # fmt: skip
        said = int(rng.binomial(n, said_good))
        low, high = wilson(said, n)
        raw += low <= truth <= high
        try:
            one = corrected(said, n, confusion)
        except QualityError:
            continue
        given += 1
        held += one.low <= truth <= one.high
    return {**setting._asdict(), "corrected": held / given, "raw": raw / rounds, "given": given / rounds}


if __name__ == "__main__":
    import json
    import sys

    print(json.dumps(run("--quick" in sys.argv), indent=1))
