"""Pictures to a real multimodal server: llama.cpp, SmolLM2, a projector by chance. Plumbing, not what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import aclosing
from typing import Any

import numpy as np
import pytest

from models.projector import TOKENS, write_projector
from sereno.demo.library import library
from sereno.demo.weights import model_file
from sereno.errors import ModelError
from sereno.explain.frame import Chart, Series
from sereno.explain.narrate.chat import Usage
from sereno.explain.narrate.prompt import Image, Prompt
from sereno.models.chat import ChatClient, ChatOptions
from sereno.query.explaining import End, Event, Explainer, Failure, Limits, Text
from sereno.query.explaining.picture import draw
from sereno.query.explaining.request import Asked

MODEL = "eye"
BUSY = Chart(
    title="Latency", series=(Series(name="p95", times=1.79e9 + np.arange(90.0), values=np.arange(90.0), unit="s"),)
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose only model sees."""
    llama = library()
    projector = tmp_path_factory.mktemp("sight") / "projector.gguf"
    write_projector(projector)
    params = llama.CommonParams()
    params.model.path = str(model_file())
    params.mmproj.path = str(projector)
    params.model_alias = {MODEL}
    params.port = 0
    params.n_ctx = 4096
    params.n_parallel = 1
    params.warmup = False
    params.verbosity = -1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    opened = llama.Server(params)
    yield opened.listening_address
    del opened


def asked(image: Image | None = None) -> Asked:
    return Asked(
        chart=BUSY, analysis="trends", question="", language="en", model=MODEL, strict=False, context="", image=image
    )


def use(address: str, what: Callable[[ChatClient], Any], **options: Any) -> Any:
    async def go() -> Any:
        client = ChatClient(ChatOptions(url=address, **options))
        try:
            return await what(client)
        finally:
            await client.close()

    return asyncio.run(go())


def explained(address: str, image: Image | None = None) -> list[Event]:
    async def ask(client: ChatClient) -> list[Event]:
        explainer = Explainer(chat=client, draw=draw, limits=Limits(max_tokens=12), new_id=lambda: "x")
        async with aclosing(explainer.explain(asked(image), model=MODEL)) as events:
            return [event async for event in events]

    found: list[Event] = use(address, ask, api="openai")
    return found


def ended(events: list[Event]) -> End:
    assert isinstance(events[-1], End)
    return events[-1]


def test_the_server_says_that_it_sees(server: str) -> None:
    assert use(server, lambda client: client.sees(MODEL))
    assert not use(server, lambda client: client.sees(MODEL), vision=False)
    (model,) = use(server, lambda client: client.models())
    assert (model.name, model.vision) == (MODEL, True)


def test_a_picture_takes_the_tokens_of_its_patches(server: str) -> None:
    def tokens(image: Image | None) -> int:
        async def ask(client: ChatClient) -> int:
            prompt = Prompt(system="You explain.", user="What is this?", image=image)
            pieces = [piece async for piece in client.stream(prompt, MODEL, 4)]
            usage = pieces[-1]
            assert isinstance(usage, Usage)
            assert usage.input_tokens is not None
            return usage.input_tokens

        counted: int = use(server, ask)
        return counted

    assert tokens(draw(BUSY)) - tokens(None) == TOKENS


def test_a_chart_is_drawn_for_a_model_that_sees(server: str) -> None:
    events = explained(server)
    assert not [event for event in events if isinstance(event, Failure)]
    assert (ended(events).model, ended(events).picture) == (MODEL, "drawn")


def test_a_broken_picture_is_told_and_templates_answer(server: str) -> None:
    events = explained(server, Image("image/png", draw(BUSY).data[:200]))
    (failure,) = [event for event in events if isinstance(event, Failure)]
    assert failure.type == "urn:sereno:problem:model-refused"
    assert "Failed to load image" in failure.detail
    assert "p95" in "".join(event.text for event in events if isinstance(event, Text))
    assert (ended(events).model, ended(events).picture, ended(events).score) == (None, "", 1.0)


def test_the_next_call_finds_the_server_as_before(server: str) -> None:
    async def twice(client: ChatClient) -> list[str]:
        prompt = Prompt(system="", user="Hello", image=None)
        with pytest.raises(ModelError):
            [_ async for _ in client.stream(Prompt(system="", user="", image=Image("image/png", b"no")), MODEL, 2)]
        for _ in range(3):  # llama.cpp closes a connection after an answer
            pieces = [piece async for piece in client.stream(prompt, MODEL, 2)]
        return [type(piece).__name__ for piece in pieces]

    assert use(server, twice)[-1] == "Usage"
