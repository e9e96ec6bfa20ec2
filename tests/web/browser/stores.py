"""Four stores to walk through: a day of traffic, nothing, hostile content, and as many calls as one likes."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import msgspec
from starlette.types import ASGIApp

from api.double import CATEGORISER, NOW, KeeperDouble
from captures.loader import LLAMA_CPP, NAMES, exchange
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.calls import Call, Exchange, new_id
from sereno.categories.calls import category_of
from sereno.metrics.account import account_all
from sereno.query.view import InstalledModel, OpenCall, QueryTime, Sample, UpstreamState
from sereno.store.base import Batch, CallQuery, Record, Store
from sereno.store.sqlite import SqliteStore
from sereno.web.app import PAGES, mount
from sereno.wire.decode import decode
from web.conversations import Said, asked, model, user
from web.hostile import hostile_records

FRAGMENTS = ("running", "rows")
"""Pages that other pages fetch a part of themselves from."""
WHOLE = tuple(page.name for page in PAGES if page.name not in {*FRAGMENTS, "explanation"})
LEDGERED = frozenset({"alerts", "quality", "drift", "lora", "adapters_compared", "adapter", "explanations"})
"""Pages of what a ledger holds; stores without one show them alike. `subjects` has one."""


class Watchman(KeeperDouble):
    """A keeper with a past: samples of the last day, questions it answered, two model servers, what runs now."""

    def __init__(self, store: Store, at: float = NOW) -> None:
        super().__init__(store)
        self.at = at
        chance = random.Random(11)
        self.started_at = at - 86400 * 3 - 4321
        self.sampled = [
            Sample(
                at=at - 86400 + step * 120,
                lag_seconds=0.2 + chance.random() / 4,
                unread_bytes=int(2e5 * chance.random()),
                journal_bytes=int(4e6 * (1 + chance.random())),
                store_bytes=40_000_000 + step * 9000,
                ingested=step * 40,
                dropped=0,
                requests=step * 41,
                memory_bytes=int(1.2e8 + 1e6 * chance.random()),
            )
            for step in range(720)
        ]
        self.sampled.append(
            msgspec.structs.replace(self.sampled[-1], at=at, ingested=719 * 40 + 31, requests=719 * 41 + 31)
        )

    def now(self) -> float:
        return self.at

    def upstreams(self) -> Sequence[UpstreamState]:
        names = [name for name in self.store.models() if name in SPEED]
        found = [
            InstalledModel(
                name=name, size_bytes=2_019_393_189 + 7_000_000 * i, parameter_size="3.2B", quantization="Q4_K_M",
                loaded=i == 0, memory_bytes=4 << 30 if i == 0 else None, vram_bytes=3 << 30 if i == 0 else None,
            )
            for i, name in enumerate(names[:6])
        ]  # fmt: skip
        idle = InstalledModel(name="phi4:14b", size_bytes=9_053_116_391, parameter_size="14.7B", quantization="Q4_K_M")
        return [
            UpstreamState(
                name="default", url="http://127.0.0.1:11435", up=True, version="0.24.0", models=[*found, idle]
            ),
            UpstreamState(name="spare", url="http://10.0.0.2:11434", up=False, models=[]),
        ]

    def query_times(self) -> Sequence[QueryTime]:
        return [
            QueryTime(name=f"page_{name}", count=40 + i, p50=0.003 * (i + 1), p95=0.02, p99=0.03, total=0.4)
            for i, name in enumerate(WHOLE)
        ]


class Stocked(NamedTuple):
    """A store with the site over it, and where each page shows something of it."""

    app: ASGIApp
    view: KeeperDouble

    def addresses(self) -> dict[str, str]:
        """Address of every whole page; one that shows one thing is left out where there is none."""
        store = self.view.store
        out = {page.name: "/sereno" + page.path for page in PAGES if page.name in WHOLE and "{" not in page.path}
        calls = store.calls(CallQuery(sort="tokens", limit=20)).calls
        talks = store.sessions(CallQuery(limit=1), "calls")
        people = [row.user for row in store.users(CallQuery(limit=3)) if row.user]
        models = list(dict.fromkeys(call.model for call in calls if call.model)) + list(store.models())
        wants: dict[str, list[tuple[str, str]] | None] = {
            "session": [("session", talks[0].session)] if talks else None,
            "user": [("user", people[0])] if people else None,
            "model": [("model", models[0])] if models else None,
            "compare": list(zip("ab", dict.fromkeys(models), strict=False)),
        }
        for name, pairs in wants.items():
            if pairs is None:
                del out[name]
            elif pairs:
                out[name] += "?" + urlencode(pairs)
        if calls:
            out["call"] = f"/sereno/calls/{calls[0].id}"
            out["explain"] += "?page=/sereno&chart=latency"
        else:
            del out["explain"]  # of what has no figure there is no explanation
        return out


@contextmanager
def site(folder: Path, records: Sequence[Record], view: type[KeeperDouble] = Watchman) -> Iterator[Stocked]:
    """The pages over a SQLite store that holds these calls."""
    store = SqliteStore(folder / "sereno.db")
    ordered = sorted(records, key=lambda record: record.call.ended_at)
    if ordered:
        store.claim_model_slots(sorted({record.call.model for record in ordered if record.call.model}))
        increments = account_all([record.call for record in ordered], lambda name: name or "other")
        store.add(Batch(id="all", records=ordered, increments=increments, positions=()))
    yield _site(view(store))
    store.close()


def _site(view: KeeperDouble) -> Stocked:
    app = create_app(view, ApiOptions())
    mount(app, view)
    return Stocked(app, view)


@contextmanager
def a_day(folder: Path) -> Iterator[Stocked]:
    """Traffic of the last day: people in conversation, and every recorded exchange with a model server."""
    with site(folder, day()) as made:
        made.view.open = [
            OpenCall(worker=0, id="0" * 32, started_at=NOW - 3.4, model="llama3.2:latest", response_bytes=18_234),
            OpenCall(worker=0, id="1" * 32, started_at=NOW - 0.7, model="qwen2.5-coder:14b", response_bytes=912),
        ]
        yield made


@contextmanager
def nothing(folder: Path) -> Iterator[Stocked]:
    """A store in which no call was ever kept, of a keeper that has just begun."""
    with site(folder, [], KeeperDouble) as made:
        yield made


@contextmanager
def hostile(folder: Path) -> Iterator[Stocked]:
    """Content and names that try to break a page."""
    with site(folder, hostile_records()) as made:
        yield made


@contextmanager
def many(folder: Path, calls: int) -> Iterator[Stocked]:
    """The store of the benchmarks, with fewer calls where asked for: `python -m benchmarks.pages --make`."""
    root = Path(__file__).parents[3]
    made = [sys.executable, "-m", "benchmarks.pages", "--make", str(folder), "--calls", str(calls)]
    subprocess.run(made, cwd=root, check=True, capture_output=True, timeout=1800)
    with opened(folder) as found:
        yield found


@contextmanager
def opened(folder: Path) -> Iterator[Stocked]:
    """The site over a data folder that is there; its now is the end of its traffic."""
    store = SqliteStore(folder / "sereno.db")
    newest = store.calls(CallQuery(limit=1)).calls[0]
    yield _site(Watchman(store, newest.ended_at + 1))
    store.close()


# A day of traffic

SPEED = {"llama3.2:latest": 85.0, "qwen2.5-coder:14b": 38.0, "gpt-oss:20b": 61.0, "mistral-small:24b": 33.0}
"""Tokens a second of the models that people use."""
PRICE = {"llama3.2:latest": (0.02, 0.06), "mistral-small:24b": (0.05, 0.15), "gpt-oss:20b": (0.10, 0.30)}
"""US dollars a million tokens, in and out; the others have no price."""
PEOPLE = ("ana", "eva", "luis", "vic", "noor", None)
TALKS = json.loads(Path(__file__).with_name("talks.json").read_text("utf-8"))
"""Conversations: lists of a question and its answer."""


def day() -> list[Record]:
    """A day of traffic up to now: some six hundred calls, few at night."""
    chance = random.Random(2026)
    records = [_recorded(name, chance) for name in (*NAMES, *LLAMA_CPP)]
    for number in range(230):
        talk = TALKS[number % len(TALKS)]
        spoken = chance.choices(list(SPEED), (40, 25, 20, 15))[0]
        begins = NOW - 86400 * (chance.random() ** 1.3) - 60
        records += _talk(f"talk-{number:03d}", talk, spoken, chance.choice(PEOPLE), begins, chance)
    return [record for record in records if record.call.started_at < NOW]


def _talk(
    name: str, turns: Sequence[tuple[str, str]], spoken: str, who: str | None, begins: float, chance: random.Random
) -> list[Record]:
    history: list[Said] = []
    out, at = [], begins
    for serial, (question, answer) in enumerate(turns):
        history.append(user(question))
        made = answered(asked(history, answer, model=spoken, user=who, session=name), answer, at, spoken, chance)
        out.append(Record(_known(decode(made)), made))
        history.append(model(answer))
        at += made.ended_at + 20 + 60 * chance.random() + serial
    return out


def answered(base: Exchange, answer: str, at: float, spoken: str, chance: random.Random) -> Exchange:
    """The exchange with its answer in pieces of three words, at the model's speed."""
    words = answer.split(" ")
    parts = [" ".join(words[i : i + 3]) + " " * (i + 3 < len(words)) for i in range(0, len(words), 3)]
    sent, got = 20 + base.request_size // 4, 4 + len(answer) // 4
    first = chance.lognormvariate(-1.3, 0.6) + (chance.uniform(3, 14) if chance.random() < 0.03 else 0.0)
    step = got / SPEED[spoken] / len(parts)
    times = [first + step * i * chance.uniform(0.9, 1.1) for i in range(len(parts) + 1)]
    last = {"role": "assistant", "content": ""}
    done = {
        "model": spoken, "message": last, "done": True, "done_reason": "stop", "prompt_eval_count": sent,
        "eval_count": got, "load_duration": 21_000_000, "prompt_eval_duration": int(first * 8e8),
        "eval_duration": int((times[-1] - first) * 1e9),
    }  # fmt: skip
    lines = [{"model": spoken, "message": last | {"content": part}, "done": False} for part in parts]
    pieces = [json.dumps(line).encode() + b"\n" for line in (*lines, done)]
    ends = [0]
    for piece in pieces:
        ends.append(ends[-1] + len(piece))
    return msgspec.structs.replace(
        base, id=new_id(int(at * 1e9), chance.randbytes(10)), started_ns=int(at * 1e9), response_body=b"".join(pieces),
        response_size=ends[-1], head_at=first, chunk_times=tuple(sorted(times)), chunk_ends=tuple(ends[1:]),
        chunks=len(pieces), ended_at=max(times) + 0.001,
    )  # fmt: skip


def _recorded(name: str, chance: random.Random) -> Record:
    """A recorded exchange, at some time of the day."""
    found = exchange(name)
    at = int((NOW - 120 - 86000 * chance.random()) * 1e9)
    found = msgspec.structs.replace(found, id=new_id(at, chance.randbytes(10)), started_ns=at, user="ci")
    return Record(_known(decode(found)), found)


def _known(call: Call) -> Call:
    """The call with category and price."""
    call = msgspec.structs.replace(call, category=category_of(call, CATEGORISER))
    price = PRICE.get(call.model or "")
    sent, got = call.usage.input_tokens, call.usage.output_tokens
    if price is None or sent is None or got is None:
        return call
    return msgspec.structs.replace(call, cost_usd=(sent * price[0] + got * price[1]) / 1e6, cost_source="local:default")
