"""Threads calls into conversations without the client's help (design §5.5).

A call that names its session keeps it. Else, if the messages before its last turn are an earlier call's whole
conversation (by hash), of the same owner and within 24 hours, it continues that call's session. Else it begins one,
named by its own id. Calls must come in the order of their end; a batch may hold both parent and child.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from sereno.calls import Call
from sereno.store.base import ThreadKey

WINDOW = 24 * 3600.0
"""Seconds after a call's start within which another one may continue it."""
_TOGETHER = 300.0
"""Calls that started within this time are looked up in one question, with the earliest one's window."""

Lookup = Callable[[Sequence[ThreadKey], float], Mapping[ThreadKey, str]]
"""`Store.threads`."""


def threaded(calls: Sequence[Call], lookup: Lookup) -> list[Call]:
    """The calls with their sessions filled in.

    Args:
        calls: in the order of their end.
        lookup: finds the sessions of stored calls.
    """
    stored: dict[ThreadKey, str] = {}
    for since, keys in _questions(calls):
        stored.update(lookup(keys, since))
    latest: dict[ThreadKey, tuple[str, float]] = {}
    out: list[Call] = []
    for call in calls:
        if call.conversation is None:
            out.append(call)
            continue
        owner = call.identity.owner
        session = call.identity.session
        if session is None:
            session = _continued(call, owner, latest, stored) or call.id
            identity = msgspec.structs.replace(call.identity, session=session)
            call = msgspec.structs.replace(call, identity=identity)  # noqa: PLW2901  the same call, complete
        assert call.conversation is not None
        latest[ThreadKey(owner, call.conversation)] = (session, call.started_at)
        out.append(call)
    return out


def _continued(
    call: Call, owner: str, latest: Mapping[ThreadKey, tuple[str, float]], stored: Mapping[ThreadKey, str]
) -> str | None:
    if call.parent_conversation is None:
        return None
    key = ThreadKey(owner, call.parent_conversation)
    here = latest.get(key)
    if here is not None and call.started_at - here[1] <= WINDOW:
        return here[0]
    return stored.get(key)


def _questions(calls: Iterable[Call]) -> list[tuple[float, list[ThreadKey]]]:
    """What to ask the store: (since, keys), few questions for calls that lie close together."""
    wanted = sorted(
        (call.started_at, call.identity.owner, call.parent_conversation)
        for call in calls
        if call.parent_conversation is not None and call.identity.session is None
    )
    questions: list[tuple[float, list[ThreadKey]]] = []
    for started_at, owner, parent in wanted:
        if not questions or started_at - WINDOW - questions[-1][0] > _TOGETHER:
            questions.append((started_at - WINDOW, []))
        questions[-1][1].append(ThreadKey(owner, parent))
    return questions
