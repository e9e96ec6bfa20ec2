"""References of a monitor: of all calls and each model, by weekday where asked, the same bytes for the same calls."""

from __future__ import annotations

import msgspec
import pytest

from drift.lettered import Lettered
from drift.planted import calls
from sereno.calls import Call
from sereno.drift.frozen import DAY, MOST_MODELS, Frozen, digest_of, frozen_of, weekday_of
from sereno.drift.live import ALL, MOST_PROMPTS, live_of
from sereno.drift.vectors import LEAST
from sereno.drift.verdict import LEAST_ROWS

MONDAY = 19_996 * DAY
"""30 September 2024."""


def models(*counts: tuple[str, int]) -> list[Call]:
    """So many calls of each model."""
    return [
        msgspec.structs.replace(call, model=name)
        for seed, (name, n) in enumerate(counts)
        for call in calls("null", n, seed, MONDAY, DAY)
    ]


def test_weekdays_are_those_of_the_calendar() -> None:
    """1970-01-01 was a Thursday; 2000-02-29 (951782400) a Tuesday; 2026-11-21 (1795219200) a Saturday."""
    assert [weekday_of(at) for at in (0.0, 951_782_400.0, 951_868_799.9, 951_868_800.0, 1_795_219_200.0)] == [
        3, 1, 1, 2, 5,
    ]  # fmt: skip
    assert weekday_of(MONDAY) == 0


def test_one_model_has_no_scope_of_its_own() -> None:
    found = frozen_of(calls("null", 60, 1, MONDAY, DAY), {}, None)
    assert [(scope.model, scope.weekday, scope.reference.rows) for scope in found.scopes] == [(ALL, None, 60)]
    assert (found.rows, found.models, found.weekdays, found.embedder) == (60, [], False, None)


def test_models_with_enough_calls_have_one() -> None:
    found = frozen_of(models(("a", 40), ("b", LEAST_ROWS), ("c", LEAST_ROWS - 1)), {}, None)
    assert [(scope.model, scope.reference.rows) for scope in found.scopes] == [(ALL, 99), ("a", 40), ("b", 30)]
    assert found.models == ["a", "b"]


def test_only_the_models_called_most() -> None:
    found = frozen_of(models(*((f"m{n:02}", 31 + n) for n in range(MOST_MODELS + 2))), {}, None)
    assert sorted(found.models) == [f"m{n:02}" for n in range(2, MOST_MODELS + 2)]


def test_each_weekday_its_own() -> None:
    monday, tuesday = calls("null", 50, 1, MONDAY, DAY), calls("null", 40, 2, MONDAY + DAY, DAY)
    wednesday = calls("null", LEAST_ROWS - 1, 3, MONDAY + 2 * DAY, DAY)
    found = frozen_of([*monday, *tuesday, *wednesday], {}, None, weekdays=True)
    assert [(scope.weekday, scope.reference.rows) for scope in found.scopes] == [(0, 50), (1, 40)]
    assert (found.weekdays, found.rows) == (True, 90)
    assert [scope.weekday for scope in found.of(1)] == [1]
    assert found.of(2) == []


def test_every_day_is_compared_with_one_for_all_days() -> None:
    found = frozen_of(calls("null", 60, 1, MONDAY, DAY), {}, None)
    assert [len(found.of(day)) for day in range(7)] == [1] * 7


@pytest.mark.parametrize("weekdays", [False, True])
def test_too_few_calls_are_refused(*, weekdays: bool) -> None:
    few = calls("null", LEAST_ROWS - 1, 1, MONDAY, DAY)
    with pytest.raises(ValueError, match=r"there are 29 calls in that time, fewer than 30.*; choose a longer one"):
        frozen_of(few, {}, None, weekdays=weekdays)


def test_enough_calls_that_are_few_on_every_weekday() -> None:
    week = calls("null", 7 * (LEAST_ROWS - 1), 1, MONDAY, 7 * DAY)
    with pytest.raises(ValueError, match="fewer than 30 on any weekday"):
        frozen_of(week, {}, None, weekdays=True)


def test_texts_are_features() -> None:
    found = frozen_of(calls("null", 60, 1, MONDAY, DAY), {"shouts": lambda call: str(call.prompt.isupper())}, None)
    [shouts] = [feature for feature in found.scopes[0].reference.features if feature.name == "shouts"]
    assert shouts.categories == (("False", 60),)


def test_vectors_are_of_a_sample_of_the_prompts() -> None:
    window = calls("null", MOST_PROMPTS + 100, 1, MONDAY, DAY)
    found = frozen_of(window, {}, Lettered())
    vectors = found.vectors(found.scopes[0])
    assert vectors.shape == (MOST_PROMPTS, 8)
    assert (found.embedder, found.embedder_digest, found.dimensions) == ("letters", "0" * 64, 8)
    expected = Lettered().embed(live_of(window, {}).prompts)
    assert vectors == pytest.approx(expected, rel=2**-10)  # float16 has ten bits behind the first


def test_prompts_too_few_for_vectors() -> None:
    found = frozen_of(calls("null", LEAST - 1, 1, MONDAY, DAY), {}, Lettered())
    assert found.scopes[0].vectors == b""
    assert (found.embedder, found.embedder_digest, found.dimensions) == (None, None, 0)


def test_it_survives_its_bytes_which_are_always_the_same() -> None:
    made = calls("null", 80, 1, MONDAY, DAY)
    found, again = frozen_of(made, {}, Lettered()), frozen_of(made[::-1], {}, Lettered())
    assert found.to_bytes() == again.to_bytes()
    assert Frozen.from_bytes(found.to_bytes(), digest_of(found.to_bytes())) == found


def test_the_digest_is_sha_256() -> None:
    """FIPS 180-4: of "abc"."""
    assert digest_of(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_what_was_changed_damaged_or_newer_is_refused() -> None:
    document = frozen_of(calls("null", 40, 1, MONDAY, DAY), {}, None).to_bytes()
    with pytest.raises(ValueError, match="its digest differs; create a new one"):
        Frozen.from_bytes(document.replace(b"prompt_characters", b"prompt_Characters"), digest_of(document))
    for damaged in (document[:-1], b"", b"\xc1", msgspec.msgpack.encode({"scopes": 1})):
        with pytest.raises(ValueError, match=r"cannot be read: .*; create a new one"):
            Frozen.from_bytes(damaged, digest_of(damaged))
    newer = msgspec.msgpack.encode({"scopes": [], "version": 2})
    with pytest.raises(ValueError, match="version 2, expected 1; create a new one"):
        Frozen.from_bytes(newer, digest_of(newer))
