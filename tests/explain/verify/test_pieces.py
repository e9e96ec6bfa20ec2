"""What scripted narrators and liars tell of charts of many kinds, fed in pieces of any length.

The narrators are those of `python -m benchmarks explain_verify`; their charts and words are not the product's.
"""

from __future__ import annotations

import random
import subprocess
import sys
from functools import cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sereno.explain.fact import FactSheet
from sereno.explain.verify import Grounds, Verdict, Verifier, grounds_of, verify

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
SEEDS = (400_000, 400_011)
SAID = """
import msgspec, sys
from explain_charts import chart
from explain_verify import narrators
from sereno.explain.facts import facts
told = []
for seed in map(int, sys.argv[1:]):
    drawn = chart(seed)
    sheet = facts(drawn)
    for language in ("en", "es"):
        said = [one.text for _, *both in narrators(drawn, sheet, language, seed) for some in both for one in some]
        told.append((language, sheet, said))
sys.stdout.buffer.write(msgspec.json.encode(told))
"""


@cache
def texts() -> list[tuple[str, str, Grounds, Verdict]]:
    """Language, text, what it is checked with and its verdict as a whole; paragraphs of some sentences each."""
    done = subprocess.run(
        [sys.executable, "-c", SAID, *map(str, SEEDS)], cwd=BENCHMARKS, capture_output=True, check=True
    )
    found = []
    for language, sheet, said in msgspec.json.decode(done.stdout, type=list[tuple[str, FactSheet, list[str]]]):
        mixed = random.Random(0).sample(said, len(said))
        text = "\n\n".join(" ".join(mixed[at : at + 5]) for at in range(0, min(len(mixed), 60), 5))
        grounds = grounds_of(sheet)
        found.append((language, text, grounds, verify(text, grounds, language)))
    return found


@pytest.mark.parametrize("index", range(2 * len(SEEDS)))
@settings(deadline=None, max_examples=3)
@given(data=st.data())
def test_pieces_of_any_length_give_what_the_whole_gives(index: int, data: st.DataObject) -> None:
    language, text, grounds, whole = texts()[index]
    verifier = Verifier(grounds, language)
    pieces = random.Random(data.draw(st.integers(0, 2**32)))
    longest = data.draw(st.sampled_from([2, 12, 200]))
    said, at = "", 0
    while at < len(text):
        size = pieces.randint(1, longest)
        said += "".join(one.text for one in verifier.feed(text[at : at + size]))
        at += size
    said += "".join(one.text for one in verifier.end())
    assert said == text
    assert verifier.verdict == whole


def test_truths_and_lies_are_among_them() -> None:
    """A verifier that reads nothing would pass the test above."""
    for _, _, _, whole in texts():
        assert len(whole.counted) > 60
        assert 0.2 < whole.score < 1.0
