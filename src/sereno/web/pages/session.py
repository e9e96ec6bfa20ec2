"""One session: the whole conversation as one chat, turn by turn over its calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from sereno.calls import Call, Exchange, Message
from sereno.query.fields import FILTERS, LIMIT, OFFSET
from sereno.query.problems import not_found
from sereno.query.rows import SessionMessage, session_message
from sereno.store.base import CallQuery, Store
from sereno.web.charts import Chart, Series, Unit
from sereno.web.page import Ask, Look, Page, Table
from sereno.web.ranges import TIMES
from sereno.web.rows import CallRow, call_row, call_table
from sereno.web.talk import Said, Talk
from sereno.wire.conversation import messages

SESSION = next(field for field in FILTERS if field.name == "session")
ROWS = (msgspec.structs.replace(LIMIT, maximum=100), OFFSET)
BEFORE = 3
"""Calls before the page's first that are read too, to know what was said."""
MOST_BYTES = 16 << 20
"""Bytes of bodies after which a page ends early: long histories are sent again with every call."""


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One call of the conversation.

    Attributes:
        number: from 1.
        call: its figures.
        said: what it adds to what was said before; null once its bodies are gone.
    """

    number: int
    call: CallRow
    said: Said | None


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a conversation.

    Attributes:
        session: its sums; times as RFC 3339.
        first_at, last_at: start of its first and last call, epoch seconds.
        turns: oldest first.
        offset: how many turns come before these. more: whether there are later ones.
    """

    session: SessionMessage
    first_at: float
    last_at: float
    turns: list[Turn]
    offset: int
    more: bool


def gather(ask: Ask) -> Conversation:
    """The conversation whole, whatever the range of time, which is kept for the pages around it.

    Raises:
        Problem: there is no such conversation.
    """
    store = ask.view.store
    name = ask.values.given.get("session", "")
    rows = store.sessions(CallQuery(session=name, limit=1)) if name else ()
    if not rows:
        raise not_found(f"There is no conversation {name[:100]!r}; retention may have removed it.")
    first = max(0, ask.query.offset - BEFORE)
    wanted = ask.query.limit + ask.query.offset - first
    page = store.calls(CallQuery(session=name, newest_first=False, offset=first, limit=wanted))
    turns = [turn for turn in _turns(store, page.calls, first) if turn.number > ask.query.offset]
    return Conversation(
        session=session_message(rows[0]),
        first_at=rows[0].first_at,
        last_at=rows[0].last_at,
        turns=turns,
        offset=ask.query.offset,
        more=page.next is not None or first + len(page.calls) > ask.query.offset + len(turns),
    )


def _turns(store: Store, calls: Sequence[Call], before: int) -> Iterator[Turn]:
    """The turns of calls in a row, until their bodies are more than a page should read."""
    talk = Talk()
    read = 0
    for number, call in enumerate(calls, before + 1):
        stored = store.call(call.id)
        exchange = stored.exchange if stored is not None else None
        said = None
        if stored is not None and exchange is not None:
            said = talk.add(number, *_messages(stored.call, exchange))
            read += len(exchange.request_body) + len(exchange.response_body)
        yield Turn(number=number, call=call_row(call), said=said)
        if read > MOST_BYTES and number >= before + BEFORE + 1:
            return


def _messages(call: Call, exchange: Exchange) -> tuple[Sequence[Message], Sequence[Message]]:
    """What was sent and answered; the texts alone of embeddings, and of bodies that are not what the path promises."""
    whole = messages(exchange)
    if whole.messages or whole.answers:
        return whole.messages, whole.answers
    sent = (Message("user", call.prompt),) if call.prompt else ()
    return sent, (Message("assistant", call.response),) if call.response else ()


def shape(content: Conversation, look: Look) -> Mapping[str, Any]:
    """Latency and tokens a turn, and the addresses of the pages before and after."""
    t, calls = look.t, [turn.call for turn in content.turns]
    here = look.link(offset=str(content.offset) if content.offset else None)
    where = tuple(f"{here}#turn-{turn.number}" for turn in content.turns)

    def chart(name: str, unit: Unit, *series: Series) -> Chart:
        return Chart(
            kind="bars", id=name, title=t[f"{name}_turn"], description=t[f"{name}_turn_text"], unit=unit,
            x=tuple(str(turn.number) for turn in content.turns), series=series, links=where,
        )  # fmt: skip

    first = tuple(call.ttft for call in calls)
    rest = tuple(call.latency - (call.ttft or 0.0) for call in calls)
    return {
        "charts": (
            chart(
                "latency",
                "seconds",
                Series(name=t["until_first"], values=first, tone="s2"),
                Series(name=t["after_first"], values=rest, tone="s1"),
            ),
            chart(
                "tokens",
                "tokens",
                Series(name=t["input_tokens"], values=tuple(call.input_tokens for call in calls), tone="s7"),
                Series(name=t["output_tokens"], values=tuple(call.output_tokens for call in calls), tone="s1"),
            ),
        ),
        "earlier": look.link(offset=None) if content.offset else None,
        "later": look.link(offset=str(content.offset + len(calls))) if content.more and calls else None,
    }


def table(content: Conversation) -> Table:
    """The calls, in the columns of exports."""
    return call_table(turn.call for turn in content.turns)


PAGE = Page(
    name="session", path="/session", template="session.html", section="sessions", fields=(SESSION, *TIMES, *ROWS),
    gather=gather, shape=shape, table=table,
)  # fmt: skip
