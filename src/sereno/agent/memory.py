"""What was said in each conversation, and which answers may be judged: in memory, bounded."""

from __future__ import annotations

from asyncio import Lock
from collections import OrderedDict
from collections.abc import Callable

import msgspec

MOST_ANSWERS = 10_000
"""Answers that can be judged; the oldest is forgotten first."""


class Turn(msgspec.Struct, frozen=True):
    """One message, as OpenAI's API has it."""

    role: str
    content: str


class Answer(msgspec.Struct):
    """An answer that was given.

    Attributes:
        session: its conversation. traceparent: where its trace can be joined. user: who asked, "" if unknown.
        judged: whether feedback came.
    """

    session: str
    traceparent: str
    user: str = ""
    judged: bool = False


class Conversation:
    """One conversation. `lock` is held while it is answered: messages of one conversation wait for each other."""

    def __init__(self, now: float) -> None:
        self.turns: list[Turn] = []
        self.lock = Lock()
        self.waiting = 0
        self.used_at = now


class Memory:
    """All conversations.

    Args:
        conversations: how many are remembered.
        history: messages of each.
        forget: seconds of silence after which one is forgotten.
        clock: seconds that only grow.
    """

    def __init__(self, *, conversations: int, history: int, forget: float, clock: Callable[[], float]) -> None:
        self._most = conversations
        self._history = history
        self._forget = forget
        self._clock = clock
        self._conversations: OrderedDict[str, Conversation] = OrderedDict()
        self._answers: OrderedDict[str, Answer] = OrderedDict()

    def __len__(self) -> int:
        self._sweep()
        return len(self._conversations)

    def conversation(self, session: str) -> tuple[Conversation, bool]:
        """The conversation of this id, and whether it begins now."""
        self._sweep()
        found = self._conversations.get(session)
        new = found is None
        if found is None:
            found = self._conversations[session] = Conversation(self._clock())
        found.used_at = self._clock()
        self._conversations.move_to_end(session)
        return found, new

    def remember(self, conversation: Conversation, question: str, answer: str) -> None:
        """Add a question and its answer; the earliest messages make room."""
        conversation.turns += [Turn("user", question), Turn("assistant", answer)]
        del conversation.turns[: max(0, len(conversation.turns) - self._history)]
        conversation.used_at = self._clock()

    def answered(self, message: str, answer: Answer) -> None:
        """Note an answer, so that it can be judged."""
        self._answers[message] = answer
        while len(self._answers) > MOST_ANSWERS:
            self._answers.popitem(last=False)

    def answer(self, message: str) -> Answer | None:
        """The answer of this id, None if there was none or it is forgotten."""
        return self._answers.get(message)

    def _sweep(self) -> None:
        oldest = self._clock() - self._forget
        while self._conversations:
            session, first = next(iter(self._conversations.items()))
            if first.waiting or (len(self._conversations) <= self._most and first.used_at >= oldest):
                return
            del self._conversations[session]
