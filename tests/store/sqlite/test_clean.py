"""What cannot be stored or summed is replaced; nothing else changes."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec
import pytest

from sereno.calls import Timing, Usage
from sereno.metrics.account import account_all
from sereno.store.base import Batch, CallQuery, Record
from sereno.store.sql import clean
from sereno.store.sqlite import SqliteStore
from store.made import a_batch, a_call, some_calls

BAD = (math.nan, math.inf, -math.inf, -1.0, 1e300)


def test_ordinary_calls_are_stored_as_they_are() -> None:
    for call in some_calls(200):
        assert clean.is_storable(call)
        assert clean.storable(Record(call, None)).call == call


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("field", [f for f in Timing.__struct_fields__ if f != "total"])
def test_a_duration_that_is_none_becomes_unknown(field: str, bad: float) -> None:
    call = a_call(timing=msgspec.structs.replace(Timing(1.5, 0.25, 0.0625), **{field: bad}))
    assert not clean.is_storable(call)
    cleaned = clean.storable(Record(call, None)).call
    assert getattr(cleaned.timing, field) is None
    assert cleaned.timing.total == 1.5


@pytest.mark.parametrize(("bad", "kept"), list(zip(BAD, (0.0, clean.LONGEST, 0.0, 0.0, clean.LONGEST), strict=True)))
def test_a_total_stays_a_number(bad: float, kept: float) -> None:
    call = a_call(timing=Timing(bad))
    assert not clean.is_storable(call)
    assert clean.storable(Record(call, None)).call.timing.total == kept


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("field", ["cost_usd", "energy_joules"])
def test_money_and_energy_that_are_none_become_unknown(field: str, bad: float) -> None:
    call = msgspec.structs.replace(a_call(), **{field: bad})
    assert not clean.is_storable(call)
    assert getattr(clean.storable(Record(call, None)).call, field) is None


def test_counts_and_texts_are_bounded() -> None:
    call = a_call(usage=Usage(1 << 70, None, 5), prompt="half \ud83e a pair")
    assert not clean.is_storable(call)
    cleaned = clean.storable(Record(call, None)).call
    assert cleaned.usage == Usage(clean.LARGEST, None, 5)
    assert cleaned.prompt == "half \ufffd a pair"


def test_one_bad_call_does_not_poison_the_sums_of_the_others(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "sereno.db")
    calls = some_calls(20)
    good = a_batch(calls, "good")
    bad = [a_call(900 + i, timing=Timing(1.0, value, value, eval=value), cost_usd=value) for i, value in enumerate(BAD)]
    store.add(good)
    # Increments of such calls cannot even be made: the store counts anew what it had to change.
    store.add(
        Batch(id="bad", records=[Record(call, None) for call in bad], increments=account_all([], str), positions=[])
    )
    total = store.aggregate(CallQuery())[0].totals
    assert total.calls == sum(call.is_llm for call in calls) + len(bad)
    assert total.latency is not None
    assert math.isfinite(total.latency.nanos)
    assert math.isfinite(total.cost_usd)
    store.close()
