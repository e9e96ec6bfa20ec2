"""Prompts as SmolLM2's authors write them; tool calls out of any text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sereno.demo.prompts import Turn, chatml, tool_calls


def test_a_system_turn_replaces_the_models_own() -> None:
    prompt = chatml(
        [Turn("system", "Be brief."), Turn("user", "Hi"), Turn("assistant", "Yes?"), Turn("user", "x")], "own"
    )
    assert prompt == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
        "<|im_start|>assistant\nYes?<|im_end|>\n<|im_start|>user\nx<|im_end|>\n<|im_start|>assistant\n"
    )


def test_tools_stand_in_the_system_turn_and_answers_of_tools_in_a_user_turn() -> None:
    prompt = chatml([Turn("user", "?"), Turn("tool", "20 C")], "", [{"type": "function"}])
    assert '<tools>[{"type": "function"}]</tools><|im_end|>' in prompt
    assert "<|im_start|>user\n<tool_response>20 C</tool_response><|im_end|>" in prompt


def test_calls_are_taken_out_and_broken_ones_stay_text() -> None:
    taken = tool_calls('Look: <tool_call>{"name": "f", "arguments": {"a": "b"}}</tool_call>')
    assert taken == ("Look:", (("f", {"a": "b"}),))
    assert tool_calls('<tool_call>{"name": 5}').calls == ()
    assert tool_calls('<tool_call>[{"name": "f", "arguments": {}}]').calls == (("f", {}),)


@given(st.text())
def test_text_without_calls_comes_back_whole(text: str) -> None:
    if "<tool_call>" not in text:
        assert tool_calls(text) == (text, ())


@given(st.text(alphabet='<>/toolcal_{}"nameargums:, ', max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    tool_calls(text)
