"""A window of traffic: which calls, which prompts, and by which model."""

from __future__ import annotations

from uuid import UUID

import msgspec
import numpy as np

from drift.planted import calls
from sereno.drift.columns import Words
from sereno.drift.live import ALL, MOST_PROMPTS, MOST_ROWS, by_scope, live_of, sampled
from store.made import a_call


def ids(n: int) -> list[str]:
    rng = np.random.default_rng(0)
    return [str(UUID(bytes=rng.bytes(16), version=4)) for _ in range(n)]


def test_small_windows_are_looked_at_whole() -> None:
    assert all(sampled(one, MOST_ROWS) for one in ids(1000))


def test_of_large_windows_a_share() -> None:
    """10,000 of 40,000 are a quarter: of 20,000 ids 5,000, ± 5 standard deviations of 61."""
    chosen = sum(sampled(one, 4 * MOST_ROWS) for one in ids(20_000))
    assert abs(chosen - 5_000) < 5 * (20_000 * 0.25 * 0.75) ** 0.5


def test_a_call_is_in_the_sample_of_every_smaller_window() -> None:
    """So two checks of windows that overlap look at the same calls, as far as they can."""
    for one in ids(2000):
        inside = [sampled(one, total) for total in (20_000, 40_000, 80_000)]
        assert inside == sorted(inside, reverse=True)


def test_the_most_called_models() -> None:
    names = ["b"] * 3 + ["a"] * 3 + ["c"] * 5 + ["d"] + [""] * 9
    window = [msgspec.structs.replace(a_call(n), model=name) for n, name in enumerate(names)]
    scopes = by_scope(window, 3)
    assert {name: len(found) for name, found in scopes.items()} == {ALL: 21, "c": 5, "a": 3, "b": 3}
    assert list(scopes) == [ALL, "c", "a", "b"]
    assert all(call.model == "c" for call in scopes["c"])


def test_a_single_model_is_all_calls() -> None:
    assert list(by_scope([a_call(0), a_call(1)], 3)) == [ALL]
    assert by_scope([], 3) == {ALL: []}


def test_prompts_are_a_sample_that_does_not_depend_on_the_order() -> None:
    window = calls("null", MOST_PROMPTS + 50, 1, 0.0, 3600.0)
    assert live_of(window, {}).prompts == live_of(window[::-1], {}).prompts
    assert len(live_of(window, {}).prompts) == MOST_PROMPTS


def test_empty_prompts_are_none() -> None:
    blank = [msgspec.structs.replace(a_call(n), prompt=text) for n, text in enumerate(["", " \n", "hello"])]
    live = live_of(blank, {})
    assert (live.rows, live.prompts) == (3, ["hello"])


def test_what_texts_tell_may_be_unknown() -> None:
    window = [msgspec.structs.replace(a_call(n), prompt=text) for n, text in enumerate(["hi", "hola", "?"])]
    known = {"hi": "en", "hola": "es"}
    language = live_of(window, {"language": lambda call: known.get(call.prompt)}).columns["language"]
    assert isinstance(language, Words)
    assert (dict(language.counts), language.missing) == ({"en": 1, "es": 1}, 1)
