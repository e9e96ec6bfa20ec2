"""A judge's grade from a real llama.cpp: the probabilities it tells are those of its own words."""

from __future__ import annotations

import asyncio
import math

from artifacts.servers.test_real_llamacpp import llama
from sereno.explain.narrate.prompt import Prompt
from sereno.models.chat import ChatClient, ChatOptions
from sereno.models.logprobs import TOP, Answer
from sereno.quality.judging import weighted_grade

PROMPT = Prompt(system="", user="Count: 1, 2, 3, 4,")


async def _asked(url: str) -> Answer:
    client = ChatClient(ChatOptions(url=url, temperature=0.0))
    try:
        return await client.answer(PROMPT, "smollm2", 6)
    finally:
        await client.close()


def test_llama_cpp_tells_the_probabilities_of_each_token() -> None:
    with llama() as url:
        answer = asyncio.run(_asked(url))
    assert "".join(token.text for token in answer.tokens) == answer.text
    assert len(answer.tokens) == 6
    for token in answer.tokens:
        assert len(token.likeliest) == TOP
        assert 0.1 < sum(map(math.exp, token.likeliest.values())) <= 1.001, "probabilities; others have the rest"
        assert max(token.likeliest, key=token.likeliest.__getitem__) == token.text, "greedy: temperature 0"
    graded = [mean for token in answer.tokens if (mean := weighted_grade(token.likeliest)) is not None]
    assert all(1 <= mean <= 5 for mean in graded)
    assert graded, "digits are among what may follow digits"
