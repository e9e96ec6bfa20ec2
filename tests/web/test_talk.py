"""Of each call only what the calls before it did not show, whatever clients do to the history."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captures.loader import exchange
from sereno.calls import ImageRef, Message, ToolCall
from sereno.web.excerpt import SHOWN_PARTS
from sereno.web.talk import SHOWN_CHARACTERS, SHOWN_MESSAGES, Said, Talk
from sereno.wire.conversation import messages

TEXT = st.text(min_size=1, max_size=20).filter(str.strip)
ROLES = st.sampled_from(["user", "assistant", "system", "tool", "developer", "function", ""])
MESSAGES = st.lists(
    st.builds(
        Message,
        ROLES,
        st.sampled_from(["", "a", "b", " a", "<think>x</think>a"]),
        tool_calls=st.sampled_from([(), (ToolCall("f", '{"x": 1}'),)]),
    ),
    max_size=6,
)


def user(text: str) -> Message:
    return Message("user", text)


def model(text: str, **more: Any) -> Message:
    return Message("assistant", text, **more)


def followed(*calls: tuple[list[Message], list[Message]]) -> list[Said]:
    talk = Talk()
    return [talk.add(number, sent, answers) for number, (sent, answers) in enumerate(calls, 1)]


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=8), st.text())
def test_a_history_sent_again_is_shown_once(turns: list[tuple[str, str]], rule: str) -> None:
    talk, history = Talk(), [Message("system", rule)]
    shown: list[Message] = []
    for number, (question, answer) in enumerate(turns, 1):
        sent = [*history, user(question)]
        said = talk.add(number, sent, [model(answer)])
        assert said.repeated == (len(history) if number > 1 else 0)
        assert said.history == "continued"
        assert not said.left_out
        shown += said.messages
        history = [*sent, model(answer)]
    assert shown == history


@given(st.lists(st.tuples(TEXT, TEXT), min_size=5, max_size=12, unique=True), st.integers(3, 4))
def test_a_page_in_the_middle_shows_what_the_whole_shows(turns: list[tuple[str, str]], first: int) -> None:
    history: list[Message] = []
    calls = []
    for question, answer in turns:
        calls.append(([*history, user(question)], [model(answer)]))
        history += [user(question), model(answer)]
    whole, page = Talk(), Talk()
    everything = [whole.add(n, *call) for n, call in enumerate(calls)]
    part = [page.add(n, *call) for n, call in enumerate(calls) if n >= first]
    assert [said.messages for said in part[1:]] == [said.messages for said in everything[first + 1 :]]


@given(st.lists(st.tuples(MESSAGES, MESSAGES), max_size=6))
def test_whatever_is_sent_what_was_asked_last_and_answered_is_shown(calls: list[tuple[Any, Any]]) -> None:
    for (sent, answers), said in zip(calls, followed(*calls), strict=True):
        assert said.messages[len(said.messages) - len(answers) :] == tuple(answers)
        assert len(said.messages) + said.repeated == len(sent) + len(answers)
        asked = [m for m in sent if m.role not in ("system", "developer", "assistant")]
        if asked and sent[-1] is asked[-1]:
            assert asked[-1] in said.messages[: len(said.messages) - len(answers)]


def test_the_same_again_shows_the_question_and_the_other_answer() -> None:
    _, again = followed(([user("Hi")], [model("A")]), ([user("Hi")], [model("B")]))
    assert (again.history, again.messages) == ("again", (user("Hi"), model("B")))


def test_going_back_names_the_turn_it_goes_on_from() -> None:
    first = [user("1"), model("one")]
    second = [*first, user("2"), model("two")]
    *_, back = followed(
        ([user("1")], [model("one")]),
        ([*first, user("2")], [model("two")]),
        ([*second, user("3")], [model("three")]),
        ([*first, user("2b")], [model("two b")]),
    )
    assert (back.history, back.after) == ("branched", 1)
    assert back.messages == (user("2b"), model("two b"))
    assert back.repeated == 2


def test_a_call_on_the_side_does_not_break_the_thread() -> None:
    first = [user("1"), model("one")]
    _, side, main = followed(
        ([user("1")], [model("one")]),
        ([user("Name this chat: 1 one")], [model("Numbers")]),
        ([*first, user("2")], [model("two")]),
    )
    assert (side.history, side.messages) == ("continued", (user("Name this chat: 1 one"), model("Numbers")))
    assert (main.history, main.after, main.messages) == ("branched", 1, (user("2"), model("two")))


def test_a_changed_answer_in_the_history_is_shown_and_said() -> None:
    _, changed = followed(
        ([user("1")], [model("one")]),
        ([user("1"), model("ONE"), user("2")], [model("two")]),
    )
    assert (changed.history, changed.repeated) == ("changed", 1)
    assert changed.messages == (model("ONE"), user("2"), model("two"))


def test_a_history_without_its_beginning_is_not_shown_again() -> None:
    history = [user("1"), model("one"), user("2"), model("two")]
    *_, short = followed(
        ([user("1")], [model("one")]),
        (history[:3], [model("two")]),
        ([user("2"), model("two"), user("3")], [model("three")]),
    )
    assert (short.history, short.repeated) == ("shortened", 2)
    assert short.messages == (user("3"), model("three"))


def test_an_old_question_asked_last_is_shown_again() -> None:
    *_, old = followed(
        ([user("1")], [model("one")]),
        ([user("1"), model("one"), user("2")], [model("two")]),
        ([user("2"), model("two"), user("1")], [model("uno")]),
    )
    assert (old.history, old.messages) == ("shortened", (user("1"), model("uno")))


def test_a_client_that_sends_no_history_is_just_shown() -> None:
    said = followed(([user("1")], [model("one")]), ([user("2")], [model("two")]))
    assert [s.history for s in said] == ["continued", "continued"]
    assert said[1].messages == (user("2"), model("two"))


def test_a_system_text_is_shown_when_it_is_new() -> None:
    rules = [Message("system", "Be terse."), Message("system", "Be kind.")]
    said = followed(
        ([rules[0], user("1")], [model("one")]),
        ([rules[0], user("1"), model("one"), user("2")], [model("two")]),
        ([rules[1], user("1"), model("one"), user("2"), model("two"), user("3")], [model("three")]),
    )
    assert [rules[0] in s.messages for s in said] == [True, False, False]
    assert said[2].messages == (rules[1], user("3"), model("three"))
    assert said[2].history == "continued"


def test_what_clients_change_without_meaning_it_does_not_count() -> None:
    answer = model("<think>hm</think> Looking. ", tool_calls=(ToolCall("get", '{"b": 1, "a": 2}', "call_1"),))
    echo = [model("Looking."), model("", tool_calls=(ToolCall("get", '{"a":2,"b":1}'),))]
    result = Message("tool", "18 C", tool_name="get")
    _, after = followed(([user("Weather?")], [answer]), ([user(" Weather?"), *echo, result], [model("18.")]))
    assert (after.history, after.repeated) == ("continued", 3)
    assert after.messages == (result, model("18."))


def test_the_beginning_of_an_answer_that_the_client_gave_belongs_to_it() -> None:
    _, after = followed(
        ([user("Count."), model("1, 2,")], [model(" 3")]),
        ([user("Count."), model("1, 2, 3"), user("On.")], [model("4")]),
    )
    assert (after.history, after.messages) == ("continued", (user("On."), model("4")))


def test_each_of_several_choices_can_be_gone_on_from() -> None:
    _, after = followed(
        ([user("Pick.")], [model("red"), model("blue")]),
        ([user("Pick."), model("blue"), user("Why?")], [model("Sky.")]),
    )
    assert (after.history, after.messages) == ("continued", (user("Why?"), model("Sky.")))


def test_a_call_that_failed_is_asked_again() -> None:
    _, again, on = followed(
        ([user("1")], []), ([user("1")], [model("one")]), ([user("1"), model("one"), user("2")], [])
    )
    assert again.history == "again"
    _, after = followed(([user("1")], []), ([user("1"), user("2")], [model("both")]))
    assert (after.history, after.messages) == ("continued", (user("2"), model("both")))
    assert (on.history, on.messages) == ("continued", (user("2"),))


@pytest.mark.parametrize("name", ["chat_tools_stream", "v1_chat_tools_stream", "chat_stream", "v1_chat_stream"])
def test_a_recorded_answer_sent_back_is_not_shown_again(name: str) -> None:
    first = exchange(name)
    whole = messages(first)
    request = msgspec.json.decode(first.request_body)
    said = whole.answers[0]
    echo: dict[str, object] = {"role": "assistant", "content": said.content or None}
    if said.tool_calls:
        echo["tool_calls"] = [
            {"function": {"name": tool.name, "arguments": msgspec.json.decode(tool.arguments)}}
            for tool in said.tool_calls
        ]
    request["messages"] += [echo, {"role": "user", "content": "And then?"}]
    body = msgspec.json.encode(request)
    second = messages(msgspec.structs.replace(first, request_body=body, request_size=len(body)))
    _, after = followed((list(whole.messages), list(whole.answers)), (list(second.messages), []))
    assert (after.history, after.messages) == ("continued", (user("And then?"),))


def test_what_is_too_much_is_cut_and_said() -> None:
    picture = ImageRef("00", 1)
    huge = Message(
        "user", "x" * (SHOWN_CHARACTERS + 1), "y" * (SHOWN_CHARACTERS + 1),
        tuple(ToolCall("f", "z" * (SHOWN_CHARACTERS + 1)) for _ in range(SHOWN_PARTS + 1)),
        (picture,) * (SHOWN_PARTS + 1),
    )  # fmt: skip
    (said,) = followed(([user(str(i)) for i in range(SHOWN_MESSAGES + 7)] + [huge], [model("ok")]))
    shown = said.messages[-2]
    assert said.cut
    assert said.left_out == 8
    assert len(said.messages) == SHOWN_MESSAGES + 1
    assert [len(shown.content), len(shown.thinking or ""), len(shown.tool_calls[0].arguments)] == [SHOWN_CHARACTERS] * 3
    assert [len(shown.tool_calls), len(shown.images)] == [SHOWN_PARTS] * 2
    (fits,) = followed(([user("x" * SHOWN_CHARACTERS)], []))
    assert not fits.cut
