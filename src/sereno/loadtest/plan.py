"""What a run is to do, checked before it begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from sereno.errors import ConfigError
from sereno.loadtest.address import Address
from sereno.loadtest.apis import Api
from sereno.loadtest.arrivals import Pattern
from sereno.loadtest.profile import Profile
from sereno.loadtest.prompts import Conversation

LONGEST = 24 * 3600.0
"""Seconds a run may take."""
MOST_USERS = 10_000
MOST_REQUESTS = 1_000_000
MOST_IN_FLIGHT = 10_000


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A run.

    Attributes:
        address: the server; its path stands before the API's, or is the API's own.
        path: request target.
        api: what is asked.
        model: name of the model, None to leave it to the server.
        conversations: what users say.
        order: `random` draws conversations, `sequence` goes through them again and again.
        model_of_load: `open`: conversations arrive whether or not earlier ones have ended; `closed`: each user waits.
        pattern: how conversations of an open model arrive.
        profile: arrivals a second (open) or users at once (closed) over time.
        users: how many names an open model draws from.
        turns: turns a conversation is made of; None for as many as it has in the file.
        think: least and greatest seconds a user waits between turns (closed: between conversations too).
        requests: the run ends after so many.
        timeout: seconds after which a request is given up.
        in_flight: requests at once; more of them wait, and their latency counts from when they were due.
        give_up: the run ends when for so many seconds every request found the server gone; 0 for never.
        stream, max_tokens: what is asked of the model.
        headers: further header fields.
        seed: of all chance.
    """

    address: Address
    path: str
    api: Api
    model: str | None = None
    conversations: Sequence[Conversation]
    order: Literal["random", "sequence"] = "random"
    model_of_load: Literal["open", "closed"] = "closed"
    pattern: Pattern = "poisson"
    profile: Profile
    users: int = 3
    turns: int | None = None
    think: tuple[float, float] = (0.0, 0.0)
    requests: int = 10_000
    timeout: float = 30.0
    in_flight: int = 1000
    give_up: float = 10.0
    stream: bool = True
    max_tokens: int | None = 64
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    seed: int = 1

    def check(self) -> None:
        """Look whether the parts fit together.

        Raises:
            ConfigError: they do not; says what to change.
        """
        users = self.profile.highest if self.model_of_load == "closed" else self.users
        for wrong, sentence in (
            (not self.conversations, "there are no prompts; give a file with --prompts"),
            (self.profile.seconds > LONGEST, f"the run would take longer than {LONGEST / 3600:g} h; shorten it"),
            (not 1 <= users <= MOST_USERS, f"{users:g} users; expected 1 to {MOST_USERS}"),
            (not 1 <= self.requests <= MOST_REQUESTS, f"--requests is {self.requests}; expected 1 to {MOST_REQUESTS}"),
            (not 1 <= self.in_flight <= MOST_IN_FLIGHT, f"--in-flight is {self.in_flight}; expected 1 to 10000"),
            (self.timeout <= 0, "--timeout is 0; expected a time such as 30s"),
            (not 0 <= self.think[0] <= self.think[1], "--think ends before it begins; expected for instance 1s-3s"),
        ):
            if wrong:
                raise ConfigError(sentence)
