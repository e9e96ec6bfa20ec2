"""Levels over time: areas and their inverse against the trapezium's area, users against their crossing times."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.loadtest.profile import Profile, Stage, read_stages, steady

STAGE = st.builds(Stage, st.floats(0.1, 100), st.floats(0, 50), st.floats(0, 50))
PROFILE = st.lists(STAGE, min_size=1, max_size=5).map(lambda stages: Profile(tuple(stages)))


def integral(profile: Profile, until: float) -> float:
    total, begun = 0.0, 0.0
    for stage in profile.stages:
        inside = min(max(until - begun, 0.0), stage.seconds)
        height = stage.start + (stage.end - stage.start) * inside / stage.seconds
        total += inside * (stage.start + height) / 2
        begun += stage.seconds
    return total


@given(PROFILE, st.floats(0.001, 0.999))
def test_the_moment_of_an_area_has_that_area_before_it(profile: Profile, share: float) -> None:
    area = profile.area * share
    if area < 1e-3:
        return
    at = profile.time_of(area)
    assert at is not None
    assert integral(profile, at) == pytest.approx(area, rel=1e-4, abs=1e-6)


@given(PROFILE)
def test_no_moment_lies_beyond_the_whole_area(profile: Profile) -> None:
    assert profile.time_of(profile.area * 1.001 + 1e-6) is None


@given(PROFILE, st.floats(0, 60), st.floats(0, 300))
def test_a_user_starts_at_the_first_moment_above_its_number(profile: Profile, limit: float, since: float) -> None:
    at = profile.above(limit, since)
    steps = [since + (profile.seconds - since) * n / 500 for n in range(500)] if since < profile.seconds else []
    before = [one for one in steps if profile.level(one) > limit + 1e-9]
    if at is None:
        assert before == []
    else:
        assert since <= at < profile.seconds + 1e-9
        assert all(one >= at - 1e-9 for one in before)


def test_stages_are_read_as_people_write_them() -> None:
    profile = read_stages("30s:0-20, 1m:20, 500ms:20-0.5")
    assert profile.stages == (Stage(30.0, 0.0, 20.0), Stage(60.0, 20.0, 20.0), Stage(0.5, 20.0, 0.5))
    assert profile.seconds == 90.5
    assert profile.highest == 20.0
    assert profile.level(15.0) == 10.0
    assert profile.level(91.0) == 0.0


def test_a_ramp_is_part_of_the_duration() -> None:
    assert steady(4, 10, 2).stages == (Stage(2, 0.0, 4), Stage(8, 4, 4))
    assert steady(4, 10).stages == (Stage(10, 4, 4),)


@pytest.mark.parametrize(
    "text", ["", "20", "30s", "30s:", "30s:a", "30s:1-2-3", "0s:5", "30s:-1", "30s:0", "1x:3", "5:5"]
)
def test_other_stages_are_refused_with_the_form_that_is_right(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected"):
        read_stages(text)
