"""Which picture a model gets: the caller's, else one drawn; none if it cannot see or nothing can be drawn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

import numpy as np
import pytest

from sereno.explain.frame import Chart, Series
from sereno.explain.narrate.chat import ChatModel, Usage
from sereno.explain.narrate.prompt import Image, Prompt
from sereno.query.explaining import End, Explainer
from sereno.query.explaining.explainer import Draw
from sereno.query.explaining.request import Asked

GIVEN, DRAWN = Image("image/jpeg", b"given"), Image("image/png", b"drawn")
CHART = Chart(series=(Series(name="p95", times=np.arange(9.0), values=np.arange(9.0)),))


class Model:
    """A model that sees or not, and remembers what it was shown."""

    def __init__(self, *, sees: bool) -> None:
        self._sees = sees
        self.prompts: list[Prompt] = []

    async def stream(self, prompt: Prompt, _model: str, _max_tokens: int) -> AsyncGenerator[str | Usage, None]:
        self.prompts.append(prompt)
        yield "It rose."

    async def models(self) -> Sequence[ChatModel]:
        return []

    async def sees(self, model: str) -> bool:
        assert model == "eye"
        return self._sees

    async def close(self) -> None:
        pass


def drawn(chart: Chart) -> Image:
    assert chart is CHART
    return DRAWN


def broken(_: Chart) -> Image:
    raise MemoryError


@pytest.mark.parametrize(
    ("sees", "given", "draw", "shown", "told"),
    [
        (True, GIVEN, drawn, GIVEN, "given"),
        (True, GIVEN, None, GIVEN, "given"),
        (True, None, drawn, DRAWN, "drawn"),
        (True, None, None, None, ""),
        (True, None, broken, None, ""),
        (False, GIVEN, drawn, None, ""),
        (False, None, drawn, None, ""),
    ],
)
def test_what_a_model_gets_to_see(
    sees: bool, given: Image | None, draw: Draw | None, shown: Image | None, told: str
) -> None:
    model = Model(sees=sees)
    asked = Asked(
        chart=CHART, analysis="trends", question="", language="en", model=None, strict=None, context="", image=given
    )

    async def go() -> End:
        explainer = Explainer(chat=model, draw=draw, new_id=lambda: "x")
        events = [event async for event in explainer.explain(asked, model="eye")]
        assert isinstance(events[-1], End)
        return events[-1]

    end = asyncio.run(go())
    (prompt,) = model.prompts
    assert (prompt.image, end.picture, end.model) == (shown, told, "eye")
    assert ("The picture shows" in prompt.user) is (shown is not None)
