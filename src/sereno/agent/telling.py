"""Tells Sereno what people think of answers, behind their backs: nobody who judges waits for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

import msgspec

from sereno.agent.memory import Answer
from sereno.agent.model import Model, ModelError
from sereno.agent.requests import Feedback

log = logging.getLogger(__name__)
WAITS = (0.0, 1.0, 10.0, 60.0)
"""Seconds before each try: the keeper may just be starting again."""
MOST_WAITING = 1_000
GRACE = 2.0
"""Seconds that are left for what waits when the agent ends."""


class Telling:
    """Words on their way to Sereno.

    Args:
        model: the gateway, or a model server without one; that is told nothing.
        count: called with `sent` or `failed`, once a word.
        waits: seconds before each try.
    """

    def __init__(self, model: Model, count: Callable[[str], None], waits: Sequence[float] = WAITS) -> None:
        self._model = model
        self._count = count
        self._waits = waits
        self._tasks: set[asyncio.Task[None]] = set()

    def tell(self, answer: Answer, judged: Feedback) -> None:
        """Send a word on an answer as soon as it can be; at once if too many wait is it given up."""
        if len(self._tasks) >= MOST_WAITING:
            self._count("failed")
            return
        word: dict[str, object] = {"trace_id": answer.traceparent.split("-")[1]}
        if judged.score is not None:
            word["score"] = 2 * judged.score - 1  # from 0, useless, to 1, perfect; Sereno's begins at -1
        else:
            word["thumbs"] = judged.thumbs
        if answer.user:
            word["user"] = answer.user
        task = asyncio.create_task(self._send(msgspec.json.encode(word)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Let what waits try a last time, for two seconds."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=GRACE)
        for task in late:
            task.cancel()
            self._count("failed")
        await asyncio.gather(*late, return_exceptions=True)

    async def _send(self, word: bytes) -> None:
        why = ""
        for wait in self._waits:
            await asyncio.sleep(wait)
            if await self._model.behind_sereno() is False:
                return
            try:
                status, said = await self._model.note(word)
            except ModelError as error:
                why = str(error)
                continue
            if status < 300:
                self._count("sent")
                return
            why = f"{status}: {said}"
            if status < 500 and status != 429:
                break
        self._count("failed")
        log.warning("feedback did not reach Sereno at %s: %s", self._model.url, why or "nothing answers")
