"""One user's conversation: what is said in which turn, and what the server said to it."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

import msgspec

from sereno.conventions import SESSION_HEADER, USER_HEADER
from sereno.loadtest.apis import Turn, body_of
from sereno.loadtest.plan import Plan
from sereno.loadtest.prompts import Conversation

HISTORY = 32
"""Earlier turns that are sent along at most, so that a long conversation does not grow without end."""


class Request(NamedTuple):
    """What is sent for a turn."""

    body: bytes
    headers: dict[str, str]


class Talk:
    """A conversation under way.

    Args:
        plan: the run.
        number: of the conversation, from 0.
        user: number of the user.
        said: what the user says, turn by turn; begins anew when it is shorter than the plan's turns.
        random: where chance comes from.
    """

    def __init__(self, plan: Plan, number: int, user: int, said: Conversation, random: Random) -> None:
        self._plan = plan
        self._said = said
        self._turns: list[Turn] = []
        self.user = user
        self.session = f"loadtest-{random.getrandbits(48):012x}-{number}"
        self.length = plan.turns or len(said)

    def request(self, turn: int) -> Request:
        """The next turn's request."""
        plan = self._plan
        new = Turn("user", self._said[turn % len(self._said)])
        self._turns = [*self._turns[-HISTORY:], new] if plan.api.remembers else [new]
        body = body_of(
            plan.api, self._turns, model=plan.model, stream=plan.stream, max_tokens=plan.max_tokens,
            session=self.session,
        )  # fmt: skip
        names = {USER_HEADER.decode(): f"loadtest-{self.user}", SESSION_HEADER.decode(): self.session}
        return Request(msgspec.json.encode(body), names)

    def heard(self, answer: str) -> None:
        """What the server said; an empty answer is not sent along, for some servers refuse such a turn."""
        if self._plan.api.remembers:
            if answer:
                self._turns.append(Turn("assistant", answer))
            else:
                self._turns.pop()


class Script:
    """Hands out what users say.

    Args:
        plan: the run.
        random: where chance comes from.
    """

    def __init__(self, plan: Plan, random: Random) -> None:
        self._plan = plan
        self._random = random
        self._given = 0

    def talk(self, user: int | None = None) -> Talk:
        """The next conversation, of this user or of one drawn."""
        number, self._given = self._given, self._given + 1
        known = self._plan.conversations
        said = known[number % len(known)] if self._plan.order == "sequence" else self._random.choice(known)
        who = self._random.randrange(self._plan.users) if user is None else user
        return Talk(self._plan, number, who, said, self._random)

    def pause(self) -> float:
        """Seconds that a user thinks."""
        return self._random.uniform(*self._plan.think)
