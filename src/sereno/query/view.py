"""What API and pages may see and tell of the keeper: one protocol, so that they need to know no keeper.

The keeper implements `KeeperView`; tests use a plain class. Every method may be called from any thread and
may block for as long as a store query takes, except those said to be immediate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

import msgspec

from sereno.calls import Call
from sereno.categories.categorise import Verdict
from sereno.categories.category import Category
from sereno.slo.spec import Slo
from sereno.store.base import Store
from sereno.trust.keys import Key

if TYPE_CHECKING:
    from sereno.store.ledger import Ledger

HealthStatus = Literal["ok", "degraded", "failing"]
"""`ok`: all is well; `degraded`: answers, but something needs a look; `failing`: cannot do its work."""


class Check(msgspec.Struct, frozen=True):
    """One thing looked at for the keeper's health.

    Attributes:
        name: `store`, `journal`, `ingest`, `gateway`, `upstream:NAME`, …
        status: how it is.
        detail: one sentence for a person: what was seen and, when not ok, what to do.
    """

    name: str
    status: HealthStatus
    detail: str


class Health(msgspec.Struct, frozen=True):
    """How the keeper is: the worst of its checks."""

    status: HealthStatus
    checks: Sequence[Check]


class OpenCall(msgspec.Struct, frozen=True, kw_only=True):
    """A request that a gateway worker is forwarding now.

    Attributes:
        id: canonical UUIDv7 text, the id of the call it will become.
        worker: number of the gateway worker.
        started_at: epoch seconds.
        model: canonical name, None while it is not known.
        response_bytes: bytes of answer passed so far.
    """

    id: str
    worker: int
    started_at: float
    model: str | None
    response_bytes: int


class WorkerState(msgspec.Struct, frozen=True, kw_only=True):
    """One gateway worker, as its status file tells.

    Attributes:
        alive: whether its heartbeat is recent.
        started_at: epoch seconds, None before its first start.
        connections: client connections open now.
        requests: requests forwarded since the status file was made.
        memory_bytes: resident memory, None where unknown.
    """

    worker: int
    pid: int
    alive: bool
    started_at: float | None
    connections: int
    requests: int
    memory_bytes: int | None


class JournalState(msgspec.Struct, frozen=True, kw_only=True):
    """The way from gateway to store.

    Attributes:
        bytes: journal on disk. unread_bytes: of it, not yet stored.
        lag_seconds: age of the oldest record not yet stored, 0.0 when all is stored.
        dropped: records lost since the record began, by reason (`budget`, `queue`, `disk`, `encode`).
        poisoned: damaged frames skipped.
        ingested: calls stored by this keeper since it started.
    """

    bytes: int
    unread_bytes: int
    lag_seconds: float
    dropped: Mapping[str, int]
    poisoned: int
    ingested: int


class InstalledModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model a server has, as its last poll told; sizes in bytes, `None` where it did not say."""

    name: str
    size_bytes: int | None = None
    digest: str | None = None
    family: str | None = None
    parameter_size: str | None = None
    quantization: str | None = None
    loaded: bool = False
    memory_bytes: int | None = None
    vram_bytes: int | None = None


class UpstreamState(msgspec.Struct, frozen=True, kw_only=True):
    """A model server and what it has.

    Attributes:
        name: its configured name. url: its address, without credentials.
        up: whether it answered the last poll, None before the first.
        version: what it calls itself, None where it does not say.
        polled_at: epoch seconds of the last poll.
    """

    name: str
    url: str
    up: bool | None
    version: str | None = None
    polled_at: float | None = None
    models: Sequence[InstalledModel] = ()


class QueryTime(msgspec.Struct, frozen=True, kw_only=True):
    """How long one kind of store query took since the keeper started; seconds, from histogram buckets.

    Attributes:
        name: bounded name, as in `sereno_query_duration_seconds{query}`.
        total: sum of all durations.
    """

    name: str
    count: int
    p50: float | None
    p95: float | None
    p99: float | None
    total: float


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """How the watchman was at one moment.

    Attributes:
        at: epoch seconds.
        lag_seconds, unread_bytes, journal_bytes: as in `JournalState`.
        store_bytes: all parts of the store, None where it did not answer.
        ingested, dropped, requests: counts since their beginning: calls stored, records lost, requests forwarded.
        memory_bytes: resident memory of the gateway's workers together, None where unknown.
    """

    at: float
    lag_seconds: float
    unread_bytes: int
    journal_bytes: int
    store_bytes: int | None
    ingested: int
    dropped: int
    requests: int
    memory_bytes: int | None


class JobView(msgspec.Struct, frozen=True, kw_only=True):
    """One of the keeper's own jobs: runs that went well or not, the last one's seconds, when one last went well."""

    name: str
    successes: int
    errors: int
    seconds: float | None
    succeeded_at: float | None
    error: str | None


class ShownSetting(msgspec.Struct, frozen=True):
    """A setting as pages show it: secrets replaced, the source `default`, `file`, `environment` or `option`."""

    name: str
    value: str
    source: str


@runtime_checkable
class KeeperView(Protocol):
    """What API and pages may ask of the keeper."""

    @property
    def store(self) -> Store:
        """Where calls live; its reading methods only."""

    @property
    def ledger(self) -> Ledger | None:
        """The small tables beside the calls; None where this keeper has none."""

    @property
    def version(self) -> str:
        """Version of Sereno. Immediate."""

    @property
    def started_at(self) -> float:
        """Epoch seconds at which this keeper started. Immediate."""

    def now(self) -> float:
        """Epoch seconds. Immediate."""

    def health(self) -> Health:
        """Runs a real query on the store and looks at the rest."""

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """All metrics, in the format that an `Accept` header prefers: the body and its Content-Type."""

    def running(self) -> Sequence[OpenCall]:
        """Requests being forwarded now, oldest first."""

    def workers(self) -> Sequence[WorkerState]:
        """The gateway workers, by number."""

    def journal(self) -> JournalState:
        """How far the journal is stored."""

    def upstreams(self) -> Sequence[UpstreamState]:
        """The model servers, as last polled. Immediate."""

    def keys(self) -> Sequence[Key]:
        """The keys issued, as last read. Immediate."""

    def categories(self) -> Sequence[Category]:
        """The categories that prompts get, in order; none where they get none. Immediate."""

    def why_category(self, call: Call) -> Verdict | None:
        """What speaks for the category of a call, by the settings in force; None where prompts get none. Immediate."""

    def objectives(self) -> Sequence[Slo]:
        """The service level objectives, as read when this keeper started. Immediate."""

    def settings(self) -> Sequence[ShownSetting]:
        """The settings in force, by name. Immediate."""

    def query_times(self) -> Sequence[QueryTime]:
        """How long store queries took since this keeper started, by name. Immediate."""

    def samples(self) -> Sequence[Sample]:
        """How the watchman was, every few seconds of the last day or since it started, oldest first. Immediate."""

    def jobs(self) -> Sequence[JobView]:
        """The keeper's own jobs, by name. Immediate."""

    def count_request(self, route: str, status: int) -> None:
        """Count an answered request for `sereno_http_requests_total`; the route is a template. Immediate."""

    def observe_query(self, query: str, seconds: float) -> None:
        """Note a store query's duration for `sereno_query_duration_seconds`; the name is bounded. Immediate."""
