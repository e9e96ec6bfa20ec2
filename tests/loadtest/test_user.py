"""Users: who speaks, what is said, and what is sent along."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from random import Random
from typing import Any

from loadtest.running import plan
from sereno.loadtest.address import read_address
from sereno.loadtest.user import HISTORY, Script

ADDRESS = read_address("http://127.0.0.1:1")


def script(**fields: Any) -> Script:
    return Script(plan(ADDRESS, **fields), Random(1))


def test_prompts_in_order_begin_anew() -> None:
    lines = script(conversations=[("a",), ("b",), ("c",)], order="sequence")
    asked = [json.loads(lines.talk().request(0).body)["messages"][0]["content"] for _ in range(7)]
    assert "".join(asked) == "abcabca"


def test_prompts_by_chance_are_all_asked_and_the_seed_repeats_them() -> None:
    def asked() -> list[str]:
        lines = script(conversations=[(str(n),) for n in range(5)])
        return [json.loads(lines.talk().request(0).body)["messages"][0]["content"] for _ in range(200)]

    assert asked() == asked()
    assert min(Counter(asked()).values()) > 20


def test_an_open_load_draws_its_users() -> None:
    lines = script(model_of_load="open", users=4)
    assert set(Counter(lines.talk().user for _ in range(200))) == {0, 1, 2, 3}


def test_conversations_have_ids_of_their_own() -> None:
    lines = script()
    assert len({lines.talk().session for _ in range(500)}) == 500


def test_a_long_conversation_is_sent_in_part_and_still_begins_with_the_user() -> None:
    talk = script(conversations=[("a",)], turns=60).talk()
    for turn in range(60):
        messages = json.loads(talk.request(turn).body)["messages"]
        talk.heard("b")
        assert len(messages) <= HISTORY + 1
        assert (messages[0]["role"], messages[-1]["role"]) == ("user", "user")
        assert all(one["role"] != other["role"] for one, other in itertools.pairwise(messages))


def test_an_empty_answer_is_not_sent_along() -> None:
    talk = script(conversations=[("a", "b")]).talk()
    talk.request(0)
    talk.heard("")
    assert [one["content"] for one in json.loads(talk.request(1).body)["messages"]] == ["b"]


def test_an_api_without_memory_gets_the_last_turn_alone() -> None:
    talk = script(api="ollama-generate", conversations=[("a", "b")]).talk()
    talk.request(0)
    talk.heard("answer")
    assert json.loads(talk.request(1).body)["prompt"] == "b"


def test_a_pause_lies_between_its_bounds() -> None:
    lines = script(think=(1.0, 3.0))
    pauses = [lines.pause() for _ in range(300)]
    assert 1.0 <= min(pauses) < 1.1
    assert 2.9 < max(pauses) <= 3.0
