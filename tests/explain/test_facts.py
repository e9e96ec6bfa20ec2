"""The facts of whole charts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sereno.explain.fact import Fact, FactSheet
from sereno.explain.facts import Finding, facts
from sereno.explain.frame import Categories, Chart, Series, Threshold

START = 1_700_000_000.0
FLOWS = """
1120 1160 963 1210 1160 1160 813 1230 1370 1140 995 935 1110 994 1020 960 1180 799 958 1140 1100 1210 1150
1250 1260 1220 1030 1100 774 840 874 694 940 833 701 916 692 1020 1050 969 831 726 456 824 702 1120 1100 832
764 821 768 845 864 862 698 845 744 796 1040 759 781 865 845 944 984 897 822 1010 771 676 649 846 812 742 801
1040 860 874 848 890 744 749 838 1050 918 986 797 923 975 815 1020 906 901 1170 912 746 919 718 714 740
"""
"""Annual flow of the Nile at Aswan, 1871–1970, 10⁸ m³ (Cobb 1978)."""
NILE = np.array(FLOWS.split(), dtype=float)


def a_series(values: NDArray[np.float64], *, step: float = 60.0, name: str = "latency", unit: str = "s") -> Series:
    return Series(name=name, unit=unit, times=np.asarray(START + step * np.arange(len(values))), values=values)


def of_kind(sheet: FactSheet, kind: str) -> list[Fact]:
    return [fact for fact in sheet.facts if fact.kind == kind]


def number(fact: Fact, name: str) -> float:
    return next(one.value for one in fact.numbers if one.name == name)


def test_level_and_range_are_exact() -> None:
    sheet = facts(Chart(series=(a_series(np.array([3.0, 1.0, 2.0, 10.0])),)))
    (level,), (span,) = of_kind(sheet, "level"), of_kind(sheet, "range")
    assert (number(level, "mean"), number(level, "median"), number(level, "last")) == (4.0, 2.5, 10.0)
    assert (number(span, "min"), number(span, "max")) == (1.0, 10.0)
    assert [(time.name, time.at) for time in span.times] == [("min", START + 60), ("max", START + 180)]


def test_a_planted_spike_is_the_only_anomaly_and_has_its_expected_value() -> None:
    values = np.random.default_rng(7).normal(20.0, 1.0, 500)
    values[321] = 45.0
    (spike,) = of_kind(facts(Chart(series=(a_series(values),))), "anomaly")
    assert spike.note == "point"
    assert spike.times[0].at == START + 60 * 321
    assert number(spike, "value") == 45.0
    assert abs(number(spike, "expected") - 20.0) < 1.0
    assert spike.p_value is not None
    assert spike.p_value < 0.001


def test_a_line_is_told_with_its_slope() -> None:
    values = 5.0 + 0.5 * np.arange(200) + np.random.default_rng(3).normal(0, 1, 200)
    (trend,) = of_kind(facts(Chart(series=(a_series(values),))), "trend")
    assert trend.direction == "up"
    (slope,) = [one for one in trend.numbers if one.name == "slope_per_minute"]
    assert slope.low is not None
    assert slope.high is not None
    assert slope.low < 0.5 < slope.high
    assert slope.high - slope.low < 0.02
    assert not of_kind(facts(Chart(series=(a_series(values),))), "change_point")


def test_noise_is_said_to_have_no_trend() -> None:
    (trend,) = of_kind(facts(Chart(series=(a_series(np.random.default_rng(4).normal(0, 1, 300)),))), "trend")
    assert trend.direction == "flat"


def test_the_nile_of_1899_is_told() -> None:
    """Cobb 1978: the mean annual flow fell from 1,098 to 850 · 10⁸ m³ with the year 1899."""
    (change,) = of_kind(facts(Chart(series=(a_series(NILE, step=31_556_952.0, name="Nile"),))), "change_point")
    assert change.times[0].at == START + 31_556_952.0 * (1899 - 1871)
    assert change.direction == "down"
    assert number(change, "before") == NILE[:28].mean()
    assert number(change, "after") == NILE[28:].mean()


def test_what_is_told_at_once_is_told_again_as_it_was() -> None:
    rng = np.random.default_rng(4)
    gapped = a_series(rng.normal(5.0, 1.0, 3000), name="b")
    gapped.values[1000:1200] = np.nan
    gapped.values[2000:2100] = 5.0
    chart = Chart(
        series=(a_series(rng.normal(100.0, 5.0, 3000)), gapped, a_series(np.ones(1), name="one")),
        categories=(Categories(name="cost", names=("a", "b"), values=np.array([1.0, 3.0])),),
        thresholds=(Threshold(110.0),),
    )
    finding = Finding(chart)
    first, whole = finding.at_once(), finding.whole()
    known = {fact.id: fact for fact in whole.facts}
    assert {fact.kind for fact in first.facts} == {
        "level", "range", "gap", "flat", "threshold", "comparison", "data", "composition",
    }  # fmt: skip
    assert [known[fact.id] for fact in first.facts] == list(first.facts)
    assert whole == facts(chart)
    assert (first.title, first.series, first.start, first.end) == (whole.title, whole.series, whole.start, whole.end)
