"""Doubles for API and pages: a store in memory, a keeper around any store, calls decoded from exchanges."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from sereno.calls import Call, Exchange, Position, new_id
from sereno.categories.builtin import BUILTIN
from sereno.categories.calls import verdict_of
from sereno.categories.categorise import Categoriser, Verdict
from sereno.categories.category import Category
from sereno.conventions import DURATION_EDGES, TPOT_EDGES, TTFT_EDGES
from sereno.metrics.increments import Increments
from sereno.query.view import (
    Check,
    Health,
    InstalledModel,
    JobView,
    JournalState,
    OpenCall,
    QueryTime,
    Sample,
    ShownSetting,
    UpstreamState,
    WorkerState,
)
from sereno.slo.spec import Slo
from sereno.stats.histograms import Histogram
from sereno.store.base import (
    Batch,
    CallDetail,
    CallQuery,
    Cursor,
    Dimension,
    Group,
    Page,
    Record,
    Rewrite,
    SessionRow,
    SessionSort,
    Store,
    StoreSizes,
    ThreadKey,
    Totals,
    UserRow,
    UserSort,
)
from sereno.store.ledger import Ledger
from sereno.trust.keys import Key
from sereno.wire.decode import decode
from store.reference import FIGURES, matching

NOW = 1_763_683_200.0  # 2025-11-21T00:00:00Z


def chat(
    prompt: str,
    response: str,
    *,
    at: float = NOW - 60,
    model: str = "llama3.2",
    user: str | None = None,
    session: str | None = None,
    latency: float = 1.5,
    tokens: tuple[int, int] | None = (12, 34),
    error: str | None = None,
    path: str = "/api/chat",
    serial: int = 0,
) -> Exchange:
    """An Ollama chat in three chunks, as the gateway would have recorded it."""
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": prompt}]}).encode()
    first = json.dumps({"model": model, "message": {"role": "assistant", "content": response}, "done": False}) + "\n"
    last: dict[str, Any] = {
        "model": model,
        "message": {"role": "assistant", "content": ""},
        "done": True,
        "done_reason": "stop",
    }
    if tokens is not None:
        last |= {"prompt_eval_count": tokens[0], "eval_count": tokens[1], "eval_duration": int(latency * 5e8)}
    pieces = [first.encode(), (json.dumps(last) + "\n").encode()]
    status = 200
    if error is not None:
        pieces, status = [json.dumps({"error": error}).encode()], 500
    ends = [sum(map(len, pieces[: i + 1])) for i in range(len(pieces))]
    kind = b"application/x-ndjson" if status == 200 else b"application/json"
    return Exchange(
        id=new_id(int(at * 1e9), serial.to_bytes(10, "little")),
        started_ns=int(at * 1e9),
        upstream="default",
        peer="127.0.0.1",
        key="",
        user=user,
        session=session,
        method="POST",
        target=path,
        request_headers=((b"Content-Type", b"application/json"), (b"Authorization", b"sereno:00112233")),
        request_body=body,
        request_size=len(body),
        request_at=0.001,
        status=status,
        response_headers=((b"Content-Type", kind),),
        response_body=b"".join(pieces),
        response_size=ends[-1],
        head_at=latency / 3,
        chunk_times=tuple(latency * (i + 1) / (len(pieces) + 1) for i in range(len(pieces))),
        chunk_ends=tuple(ends),
        chunks=len(pieces),
        ended_at=latency,
        outcome="complete",
    )


def record(exchange: Exchange) -> Record:
    """What the keeper would store of it; the double's pricing is a hundred-thousandth of a dollar a token."""
    call = decode(exchange)
    return Record(call, exchange)


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.lower()).split()


class MemoryStore:
    """A `Store` in memory: plain loops over the calls, the reference for what the answers must be."""

    def __init__(self, exchanges: Sequence[Exchange] = ()) -> None:
        self.records: list[Record] = [record(e) for e in exchanges]
        self.failing: Exception | None = None

    def add(self, batch: Batch) -> int:
        self.records.extend(batch.records)
        return len(batch.records)

    def _matching(self, q: CallQuery, *, by_end: bool = False) -> list[Call]:
        if self.failing is not None:
            raise self.failing
        return [r.call for r in self.records if self._matches(r.call, q, by_end=by_end)]

    @staticmethod
    def _matches(c: Call, q: CallQuery, *, by_end: bool) -> bool:
        at = c.ended_at if by_end else c.started_at
        same = all(
            asked is None or asked == got
            for asked, got in (
                (q.model, c.model or ""), (q.user, c.identity.user or ""), (q.session, c.identity.session),
                (q.status, c.status), (q.operation, c.operation), (q.category, c.category or ""),
                (q.key, c.identity.key), (q.client, c.identity.client), (q.error_type, c.error_type),
            )
        )  # fmt: skip
        ranges = all(
            (low is None or (got is not None and got >= low)) and (high is None or (got is not None and got <= high))
            for got, low, high in (
                (c.usage.input_tokens, q.min_input_tokens, q.max_input_tokens),
                (c.usage.output_tokens, q.min_output_tokens, q.max_output_tokens),
                (c.timing.total, q.min_latency, q.max_latency),
            )
        )
        times = (q.start is None or at >= q.start) and (q.end is None or at < q.end)
        there = set(_words(c.prompt)) | set(_words(c.response))
        wanted = _words(q.search or "")
        words = q.search is None or (bool(wanted) and all(w in there for w in wanted))
        internal = q.internal is None or bool(c.internal) == q.internal
        hidden = (by_end or q.llm) and q.operation is None and c.operation == "other"
        return same and ranges and times and words and internal and not hidden

    def calls(self, query: CallQuery) -> Page:
        found = matching(
            self._matching(query), CallQuery(internal=None, newest_first=query.newest_first, sort=query.sort)
        )
        if query.cursor is not None:
            ids = [c.id for c in found]
            found = found[ids.index(query.cursor.id) + 1 :]
        page = found[query.offset : query.offset + query.limit]
        more = len(found) > query.offset + query.limit
        following = (
            Cursor(page[-1].started_at, page[-1].id, query.sort, FIGURES[query.sort](page[-1])) if page else None
        )
        return Page(page, following if more else None)

    def calls_after(self, sequence: int, limit: int, query: CallQuery | None = None) -> Sequence[tuple[int, Call]]:
        wanted = {c.id for c in self._matching(query or CallQuery(internal=None))}
        found = [(i, r.call) for i, r in enumerate(self.records) if i > sequence and r.call.id in wanted]
        return found[:limit]

    def last_sequence(self) -> int:
        return len(self.records) - 1

    def call(self, call_id: str) -> CallDetail | None:
        return next((CallDetail(r.call, r.exchange) for r in self.records if r.call.id == call_id), None)

    def export(self, query: CallQuery) -> Iterator[Call]:
        yield from sorted(self._matching(query), key=lambda c: (c.started_at, c.id), reverse=query.newest_first)

    def count(self, query: CallQuery, at_most: int | None = None) -> int:
        return len(self._matching(query)[:at_most])

    def aggregate(
        self,
        query: CallQuery,
        by: Sequence[Dimension] = (),
        interval: float | None = None,
        tz: str = "UTC",
        *,
        histograms: bool = True,
    ) -> Sequence[Group]:
        groups: dict[tuple[Any, ...], list[Call]] = {}
        for call in self._matching(query, by_end=True):
            key = tuple(_dimension(call, d) for d in by)
            groups.setdefault((key, _start(call.ended_at, interval, tz)), []).append(call)
        if not groups and not by and interval is None:
            groups[((), None)] = []
        return [Group(key, at, _totals(calls)) for (key, at), calls in groups.items()]

    def unique_users(self, query: CallQuery) -> int:
        return len({c.identity.user for c in self._matching(query, by_end=True)} - {None})

    def sessions(self, query: CallQuery, sort: SessionSort = "last") -> Sequence[SessionRow]:
        by: dict[str, list[Call]] = {}
        for c in self._matching(query):
            if c.identity.session is not None:
                by.setdefault(c.identity.session, []).append(c)
        rows = [
            SessionRow(
                session=s, user=cs[0].identity.user, first_at=cs[0].started_at, last_at=cs[-1].started_at, calls=len(cs),  # noqa: E501  # reads as a row
                errors=sum(c.status == "error" for c in cs), models=tuple(sorted({c.model or "" for c in cs})),
                input_tokens=sum(c.usage.input_tokens or 0 for c in cs),
                output_tokens=sum(c.usage.output_tokens or 0 for c in cs), cost_usd=None, title=cs[0].prompt[:60],
            )
            for s, cs in by.items()
        ]  # fmt: skip
        return sorted(rows, key=lambda r: -r.last_at)[query.offset : query.offset + query.limit]

    def users(self, query: CallQuery, sort: UserSort = "calls") -> Sequence[UserRow]:
        by: dict[str | None, list[Call]] = {}
        for c in self._matching(query):
            by.setdefault(c.identity.user, []).append(c)
        rows = [
            UserRow(
                user=u, first_at=cs[0].started_at, last_at=cs[-1].started_at, calls=len(cs),
                errors=sum(c.status == "error" for c in cs), sessions=len({c.identity.session for c in cs} - {None}),
                input_tokens=sum(c.usage.input_tokens or 0 for c in cs),
                output_tokens=sum(c.usage.output_tokens or 0 for c in cs), cost_usd=None,
            )
            for u, cs in by.items()
        ]  # fmt: skip
        return sorted(rows, key=lambda r: -r.calls)[query.offset : query.offset + query.limit]

    def models(self) -> Sequence[str]:
        return sorted({r.call.model for r in self.records if r.call.model is not None})

    def sizes(self) -> StoreSizes:
        oldest = min((r.call.started_at for r in self.records), default=None)
        return StoreSizes(parts={"database": 4096}, calls=len(self.records), bodies=len(self.records), oldest_at=oldest)

    def rewrite(self, changes: Sequence[Rewrite]) -> int:
        raise NotImplementedError

    def positions(self) -> Sequence[Position]:
        return ()

    def threads(self, keys: Sequence[ThreadKey], since: float) -> Mapping[ThreadKey, str]:
        raise NotImplementedError

    def counters(self) -> Increments:
        return Increments()

    def model_slots(self) -> Mapping[str, str]:
        return {}

    def claim_model_slots(self, models: Sequence[str]) -> Mapping[str, str]:
        raise NotImplementedError

    def delete_bodies(self, before: float, limit: int) -> int:
        raise NotImplementedError

    def delete_calls(self, before: float, limit: int) -> int:
        raise NotImplementedError

    def acquire_lease(self, name: str, holder: str, now: float, seconds: float) -> bool:
        raise NotImplementedError

    def check(self) -> None:
        if self.failing is not None:
            raise self.failing

    def backup(self, path: str) -> None:
        raise NotImplementedError

    def close(self) -> None:
        pass


def _dimension(call: Call, name: Dimension) -> str | None:
    match name:
        case "user" | "session":
            value: str | None = getattr(call.identity, name)
        case _:
            value = getattr(call, name)
    return value


def _start(at: float, interval: float | None, tz: str) -> float | None:
    if interval is None:
        return None
    if interval < 86400:
        return at // interval * interval
    return datetime.fromtimestamp(at, ZoneInfo(tz)).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def _totals(calls: Sequence[Call]) -> Totals:
    sums = {
        "latency": Histogram.empty(DURATION_EDGES),
        "ttft": Histogram.empty(TTFT_EDGES),
        "tpot": Histogram.empty(TPOT_EDGES),
    }
    for c in calls:
        sums["latency"].add(c.timing.total)
        if c.timing.time_to_first_chunk is not None:
            sums["ttft"].add(c.timing.time_to_first_chunk)
    timed = [c for c in calls if c.timing.eval and c.usage.output_tokens]
    return Totals(
        calls=len(calls),
        success=sum(c.status == "success" for c in calls),
        error=sum(c.status == "error" for c in calls),
        aborted=sum(c.status == "aborted" for c in calls),
        input_tokens=sum(c.usage.input_tokens or 0 for c in calls),
        input_known=sum(c.usage.input_tokens is not None for c in calls),
        output_tokens=sum(c.usage.output_tokens or 0 for c in calls),
        output_known=sum(c.usage.output_tokens is not None for c in calls),
        cost_usd=sum(c.cost_usd or 0 for c in calls),
        cost_known=sum(c.cost_usd is not None for c in calls),
        energy_joules=sum(c.energy_joules or 0 for c in calls),
        energy_known=sum(c.energy_joules is not None for c in calls),
        energy_tokens=sum(c.usage.output_tokens or 0 for c in calls if c.energy_joules is not None),
        eval_seconds=sum(c.timing.eval or 0 for c in timed),
        eval_tokens=sum(c.usage.output_tokens or 0 for c in timed),
        latency=sums["latency"],
        ttft=sums["ttft"],
        tpot=sums["tpot"],
    )


CATEGORISER = Categoriser(BUILTIN)


class KeeperDouble:
    """A keeper's view of a store."""

    version = "0.0-test"
    started_at = NOW - 3600

    def __init__(self, store: Store, keys: Sequence[Key] = (), ledger: Ledger | None = None) -> None:
        self.store = store
        self.ledger = ledger
        self.issued = list(keys)
        self.requests: list[tuple[str, int]] = []
        self.sampled: list[Sample] = []
        self.queries: list[str] = []
        self.state: Health = Health("ok", [Check("store", "ok", "The store answers.")])
        self.open: list[OpenCall] = []
        self.lost: dict[str, int] = {}
        self.slos: list[Slo] = []

    def now(self) -> float:
        return NOW

    def health(self) -> Health:
        self.store.check()
        return self.state

    def exposition(self, accept: str) -> tuple[bytes, str]:
        if "openmetrics" in accept:
            return b"# EOF\n", "application/openmetrics-text; version=1.0.0; charset=utf-8"
        return b"llm_requests_total 1\n", "text/plain; version=0.0.4; charset=utf-8"

    def running(self) -> Sequence[OpenCall]:
        return self.open

    def workers(self) -> Sequence[WorkerState]:
        return [
            WorkerState(
                worker=0, pid=1, alive=True, started_at=NOW - 3600, connections=3, requests=9, memory_bytes=1 << 25
            )
        ]

    def journal(self) -> JournalState:
        return JournalState(bytes=1 << 20, unread_bytes=0, lag_seconds=0.0, dropped=self.lost, poisoned=0, ingested=9)

    def upstreams(self) -> Sequence[UpstreamState]:
        model = InstalledModel(name="llama3.2:latest", size_bytes=2_019_393_189, loaded=True)
        return [UpstreamState(name="default", url="http://127.0.0.1:11435", up=True, version="0.24.0", models=[model])]

    def keys(self) -> Sequence[Key]:
        return self.issued

    def why_category(self, call: Call) -> Verdict | None:
        return verdict_of(call, CATEGORISER)

    def settings(self) -> Sequence[ShownSetting]:
        return [ShownSetting("gateway.listen", "127.0.0.1:11434", "default")]

    def objectives(self) -> Sequence[Slo]:
        return self.slos

    def categories(self) -> Sequence[Category]:
        return BUILTIN

    def query_times(self) -> Sequence[QueryTime]:
        return [QueryTime(name="page_calls", count=3, p50=0.004, p95=0.02, p99=0.02, total=0.03)]

    def samples(self) -> Sequence[Sample]:
        return self.sampled

    def jobs(self) -> Sequence[JobView]:
        return [JobView(name="retention", successes=2, errors=0, seconds=0.1, succeeded_at=NOW - 60, error=None)]

    def count_request(self, route: str, status: int) -> None:
        self.requests.append((route, status))

    def observe_query(self, query: str, seconds: float) -> None:
        assert seconds >= 0
        self.queries.append(query)


def priced(exchange: Exchange, cost: float, category: str | None = None) -> Record:
    """A record with a price, as the keeper's pricing would set it."""
    call = decode(exchange)
    return Record(msgspec.structs.replace(call, cost_usd=cost, category=category), exchange)
