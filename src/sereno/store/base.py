"""The store protocol: what every backend does, and the words in which it is asked.

Times are epoch seconds. Lists sort by (started_at, id); aggregates, roll-ups and counters count by the end of
a call. Every backend passes `tests/store/test_conformance.py`.

`with store.deadline.deadline(seconds):` around reading methods limits them: a backend that is not done by then ends its
query and raises `StoreTimeoutError`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Protocol, runtime_checkable

import msgspec

from sereno.calls import Call, Exchange, Operation, Position, Status
from sereno.metrics.increments import Increments
from sereno.stats.histograms import Histogram

Dimension = Literal[
    "model",
    "operation",
    "status",
    "user",
    "category",
    "session",
    "error_type",
    "key",
    "client",
    "upstream",
    "cost_source",
]
"""What aggregates can be grouped by."""
Sort = Literal["started", "latency", "tokens", "cost"]
"""What lists of calls are ordered by; `tokens` is input and output together, unknown where both are."""
SessionSort = Literal["last", "calls", "tokens", "cost"]
UserSort = Literal["calls", "errors", "tokens", "cost", "sessions", "last"]
"""What lists of conversations and users are ordered by, largest or latest first."""


class Record(msgspec.Struct, frozen=True, gc=False):
    """One call to store: what it meant, and the (masked) exchange it came from.

    The exchange's images are already replaced by references; `None` where content is not kept.
    """

    call: Call
    exchange: Exchange | None


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What is committed at once: calls, what they add to the counters, and how far the journal is stored.

    Attributes:
        id: deterministic (instance, worker, segment, from, to for every worker), so that a store without
            transactions can tell a repeated batch.
        records: the calls, in the order of their end.
        increments: the sum of `metrics.account` over the records.
        positions: up to where each worker's journal is stored after this batch.
    """

    id: str
    records: Sequence[Record]
    increments: Increments
    positions: Sequence[Position]


class Rewrite(msgspec.Struct, frozen=True, kw_only=True):
    """What is known better about a stored call; fields left `UNSET` stay as they are.

    Attributes:
        id: of the call.
        cost_usd, cost_source, category: as in `Call`; None makes them unknown.
    """

    id: str
    cost_usd: float | msgspec.UnsetType | None = msgspec.UNSET
    cost_source: str | msgspec.UnsetType | None = msgspec.UNSET
    category: str | msgspec.UnsetType | None = msgspec.UNSET

    def applied(self, call: Call) -> Call:
        """The call with what is known better."""
        known = {n: v for n in ("cost_usd", "cost_source", "category") if (v := getattr(self, n)) is not msgspec.UNSET}
        return msgspec.structs.replace(call, **known)


class Cursor(msgspec.Struct, frozen=True):
    """The last call of a page: the next page begins after it.

    Attributes:
        sort: the order in which the page was. value: the call's figure in that order, None where it is unknown.
    """

    started_at: float
    id: str
    sort: Sort = "started"
    value: float | None = None


class CallQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A question for calls; every field narrows. Times bound `started_at` in lists, the end in aggregates.

    Attributes:
        search: all of these words are in prompt or response (tokenizer rule in `store.words`).
        model, user, category: as the calls have it; "" asks for calls that have none.
        start: from this time on. end: before this time.
        operation: None asks for every operation, also `other`; aggregates always leave `other` out unless asked.
        llm: True leaves out the operation `other` in lists too, so that they hold what the figures count.
        internal: False leaves out the calls that Sereno itself made, True asks for them alone, None for both.
        sort: order of lists. Ties follow the start, then the id; calls whose figure is unknown come last, newest first
            or oldest first among themselves.
        newest_first: newest, or largest, first.
        limit, offset, cursor, newest_first, sort: paging of lists; aggregates ignore them.
    """

    search: str | None = None
    model: str | None = None
    user: str | None = None
    session: str | None = None
    status: Status | None = None
    operation: Operation | None = None
    category: str | None = None
    key: str | None = None
    client: str | None = None
    error_type: str | None = None
    start: float | None = None
    end: float | None = None
    min_input_tokens: int | None = None
    max_input_tokens: int | None = None
    min_output_tokens: int | None = None
    max_output_tokens: int | None = None
    min_latency: float | None = None
    max_latency: float | None = None
    llm: bool = False
    internal: bool | None = False
    limit: int = 100
    offset: int = 0
    cursor: Cursor | None = None
    newest_first: bool = True
    sort: Sort = "started"


class Page(msgspec.Struct, frozen=True):
    """A page of calls (prompt and response cut to 200 characters) and where the next begins, None at the end."""

    calls: Sequence[Call]
    next: Cursor | None


class CallDetail(msgspec.Struct, frozen=True):
    """One call with whole texts; the exchange is None once its bodies were deleted or were not kept."""

    call: Call
    exchange: Exchange | None


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over calls. `*_known` counts the calls in which the figure was known, so means can be honest.

    `unpriced` counts the calls whose tokens are known (input, output or both) but not their cost. `energy_tokens` are
    the output tokens of the calls whose energy is known.
    """

    calls: int = 0
    success: int = 0
    error: int = 0
    aborted: int = 0
    input_tokens: int = 0
    input_known: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    output_known: int = 0
    cost_usd: float = 0.0
    cost_known: int = 0
    eval_seconds: float = 0.0
    eval_tokens: int = 0
    tool_calls: int = 0
    unpriced: int = 0
    energy_joules: float = 0.0
    energy_known: int = 0
    energy_tokens: int = 0
    latency: Histogram | None = None
    ttft: Histogram | None = None
    tpot: Histogram | None = None


class Group(msgspec.Struct, frozen=True):
    """One row of an aggregate: the values of the asked dimensions, the start of the interval, the sums."""

    key: tuple[str | None, ...]
    at: float | None
    totals: Totals


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One whole conversation in a list: all of its LLM calls that are stored, whichever of them the query matched.

    `user` and `title` (the start of the prompt) are those of its latest and of its first call that have one.
    """

    session: str
    user: str | None
    first_at: float
    last_at: float
    calls: int
    errors: int
    models: tuple[str, ...]
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    title: str


class UserRow(msgspec.Struct, frozen=True, kw_only=True):
    """One user in a list; `user` None stands for calls without a user.

    Attributes:
        first_at, last_at: start of the first and the last call.
        models: canonical names, sorted.
        days: (start of the day in UTC, calls that ended in it), ascending, without days that have none.
    """

    user: str | None
    first_at: float
    last_at: float
    calls: int
    errors: int
    sessions: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    models: tuple[str, ...] = ()
    days: tuple[tuple[float, int], ...] = ()


class StoreSizes(msgspec.Struct, frozen=True, kw_only=True):
    """What the store takes. `parts` in bytes by name (`database`, `wal`, …); `oldest_at` None when empty."""

    parts: Mapping[str, int]
    calls: int
    bodies: int
    oldest_at: float | None


class ThreadKey(msgspec.Struct, frozen=True):
    """What a conversation is looked up by: the hash of its messages, within one key, user or client address.

    `owner` is `Identity.owner` of the call; `conversation` is the earlier call's `Call.conversation`.
    """

    owner: str
    conversation: bytes


@runtime_checkable
class Store(Protocol):
    """Where calls live. Reading methods may be called from any thread; what writes from one at a time."""

    def add(self, batch: Batch) -> int:
        """Commit a batch in one transaction; returns how many calls were new. A repeated batch changes nothing."""

    def rewrite(self, changes: Sequence[Rewrite]) -> int:
        """Change stored calls in one transaction; returns how many there were that changed.

        Roll-ups move with the calls, so they stay the sum over them (and over those that retention removed). What
        `counters` returns is left alone: counters on `/metrics` say what was counted when it happened; they never fall.

        Args:
            changes: at most one a call; calls that are not there (any more) are passed over.
        """

    def positions(self) -> Sequence[Position]:
        """Up to where every known worker's journal is stored."""

    def threads(self, keys: Sequence[ThreadKey], since: float) -> Mapping[ThreadKey, str]:
        """The session of the latest call since then whose `conversation` and owner equal the key."""

    def calls(self, query: CallQuery) -> Page:
        """A page of calls."""

    def calls_after(self, sequence: int, limit: int, query: CallQuery | None = None) -> Sequence[tuple[int, Call]]:
        """Calls in the order they were stored, after this ingest sequence: tails and live views. -1 is the start."""

    def last_sequence(self) -> int:
        """The highest ingest sequence, -1 when empty."""

    def call(self, call_id: str) -> CallDetail | None:
        """One call with its bodies."""

    def export(self, query: CallQuery) -> Iterator[Call]:
        """All calls that match, whole texts, in constant memory; ignores limit and cursor."""

    def count(self, query: CallQuery, at_most: int | None = None) -> int:
        """How many calls match; counting ends at `at_most`, which is then the answer."""

    def aggregate(
        self,
        query: CallQuery,
        by: Sequence[Dimension] = (),
        interval: float | None = None,
        tz: str = "UTC",
        *,
        histograms: bool = True,
    ) -> Sequence[Group]:
        """Sums by dimension and interval; from roll-ups where they cover the query, else by a scan.

        Groups come ordered by time, then key (None first); only those that have calls, but without `by` and `interval`
        there is one group, also when empty. `interval` is in seconds: whole days begin at midnight in `tz`, shorter
        intervals are counted from the epoch. Which filters and dimensions roll-ups cover: `metrics.rollups.ROLLUPS`.

        Args:
            query: which calls; its times bound the end of a call.
            by: dimensions to group by.
            interval: seconds, or None.
            tz: IANA name of the time zone of days.
            histograms: whether latency, ttft and tpot are wanted; without them they are None and the answer is quicker.
        """

    def unique_users(self, query: CallQuery) -> int:
        """How many different users the matching calls have."""

    def sessions(self, query: CallQuery, sort: SessionSort = "last") -> Sequence[SessionRow]:
        """Conversations that have a matching LLM call, whole; paged by limit and offset.

        Ties: the later last call first, then the greater id. Unknown costs come last.
        """

    def users(self, query: CallQuery, sort: UserSort = "calls") -> Sequence[UserRow]:
        """Users of the matching LLM calls with the sums of those; paged by limit and offset.

        Times bound the end of a call, as in aggregates. Ties go by name, calls without a user first. Unknown costs come
        last.
        """

    def models(self) -> Sequence[str]:
        """Every canonical model name that has calls, sorted."""

    def counters(self) -> Increments:
        """Every counter and histogram since the store began: what `/metrics` shows."""

    def model_slots(self) -> Mapping[str, str]:
        """Canonical model name → label value, for the models that hold a slot."""

    def claim_model_slots(self, models: Sequence[str]) -> Mapping[str, str]:
        """Give slots to models while there are free ones; returns all slots."""

    def delete_bodies(self, before: float, limit: int) -> int:
        """Remove up to `limit` bodies (and search entries) of calls that started before then; returns how many."""

    def delete_calls(self, before: float, limit: int) -> int:
        """Remove up to `limit` calls that started before then; counters and roll-ups stay."""

    def sizes(self) -> StoreSizes:
        """What the store takes; cheap enough for every scrape."""

    def acquire_lease(self, name: str, holder: str, now: float, seconds: float) -> bool:
        """Take or renew a lease; False while somebody else holds it."""

    def check(self) -> None:
        """Run a real query; `StoreError` if the store does not answer."""

    def backup(self, path: str) -> None:
        """Write a consistent copy to a path that must not exist."""

    def close(self) -> None:
        """Release everything; idempotent."""
