"""The category of a call."""

from __future__ import annotations

import pytest

from sereno.calls import Call
from sereno.categories.builtin import BUILTIN
from sereno.categories.calls import categorised, category_of, hints_of, verdict_of
from sereno.categories.categorise import Categoriser
from store.made import a_call

EVERYTHING = Categoriser(BUILTIN)


@pytest.mark.parametrize(
    ("call", "hints", "category"),
    [
        (a_call(prompt="Traduce: good night"), (), "translation"),
        (a_call(prompt="Traduce: good night", operation="embeddings"), ("@embeddings",), "embeddings"),
        (a_call(prompt="the weather tomorrow", tool_calls=1), ("@tools",), "agents_and_tools"),
        (a_call(prompt="", images=2), ("@images",), "images"),
        (a_call(prompt=""), (), "other"),
        (a_call(prompt="Translate", operation="other"), (), None),
        (a_call(prompt="Translate", internal="judge"), (), None),
    ],
)
def test_prompt_operation_tools_and_images_tell(call: Call, hints: tuple[str, ...], category: str | None) -> None:
    assert hints_of(call) == hints
    assert category_of(call, EVERYTHING) == category
    assert categorised(EVERYTHING)(call).category == category
    verdict = verdict_of(call, EVERYTHING)
    assert (None if verdict is None else verdict.category) == category
