"""A store of a million calls, the same every time: 30 days of traffic as a firm of 200 people makes it.

Eight models of three model servers, ten categories, some 60,000 conversations, days and nights and weekends, one user
in five hundred of the rest, failures and calls given up, prices known and unknown. Bodies are what Ollama and OpenAI's
API put on the wire, decoded once by Sereno's own decoder; a call differs from its model in time, length, speed, user,
conversation and a number in its prompt. Everything goes through `Store.add`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import msgspec
import numpy as np

from benchmarks import prose
from sereno.calls import Call, Exchange, Position, Timing, Usage, id_text, new_id
from sereno.metrics.account import account_all
from sereno.store.base import Batch, Record, Store
from sereno.wire.decode import decode

END = 1_795_244_400.0
"""2026-11-21T07:00:00Z: the end of the traffic; pages that show "the last 24 hours" take it for now."""
DAYS = 30
USERS = 200
BATCH = 1000
VARIANTS = 2400
PLACE = b"#000000"
"""Stands in every prompt; some calls have a number of their own there."""
_HOURS = (2, 1, 1, 1, 1, 2, 4, 9, 18, 26, 28, 26, 20, 20, 26, 27, 25, 20, 12, 9, 8, 6, 4, 3)
_CATEGORIES = (24, 8, 15, 10, 9, 14, 4, 6, 9, 11)


class Model(NamedTuple):
    """A model: how it is asked, how fast it is, what it costs."""

    name: str
    upstream: str
    weight: int
    tokens_per_second: float
    per_million: tuple[float, float] | None
    source: str | None


MODELS = (
    Model("llama3.2:latest", "workstation", 34, 85.0, (0.02, 0.06), "local:workstation"),
    Model("qwen2.5-coder:14b", "workstation", 18, 38.0, (0.05, 0.15), "local:workstation"),
    Model("gpt-oss:20b", "rack", 14, 61.0, None, None),
    Model("mistral-small:24b", "rack", 9, 33.0, None, None),
    Model("deepseek-r1:8b", "rack", 3, 44.0, (0.04, 0.12), "local:rack"),
    Model("gpt-4o-mini", "cloud", 9, 110.0, (0.15, 0.60), "genai-prices:openai/gpt-4o-mini"),
    Model("gpt-4o", "cloud", 2, 75.0, (2.50, 10.0), "genai-prices:openai/gpt-4o"),
    Model("nomic-embed-text:latest", "workstation", 11, 900.0, (0.01, 0.0), "local:workstation"),
)
EMBEDDER = MODELS[-1]


class Variant(NamedTuple):
    """A call that others are made after, with its exchange."""

    call: Call
    exchange: Exchange
    model: Model


def _chunks(text: str, r: random.Random) -> list[str]:
    words = text.split(" ")
    step = r.choice((3, 4, 6))
    return [(" " if i else "") + " ".join(words[i : i + step]) for i in range(0, len(words), step)]


def _ollama(model: Model, prompt: str, answer: str, r: random.Random) -> tuple[str, dict[str, Any], list[bytes]]:
    stamp = "2026-11-01T10:00:00.123456789Z"
    done = {"model": model.name, "created_at": stamp, "message": {"role": "assistant", "content": ""}, "done": True,
            "done_reason": "stop", "total_duration": 2_000_000_000, "load_duration": 20_000_000,
            "prompt_eval_count": 20 + len(prompt) // 4, "prompt_eval_duration": 90_000_000,
            "eval_count": len(answer) // 4, "eval_duration": 1_500_000_000}  # fmt: skip
    if model is EMBEDDER:
        vector = [round(r.uniform(-1, 1), 6) for _ in range(96)]
        body = {"model": model.name, "embeddings": [vector], "total_duration": 14_000_000, "prompt_eval_count": 30}
        return "/api/embed", {"model": model.name, "input": prompt}, [json.dumps(body).encode()]
    request: dict[str, Any] = {"model": model.name, "messages": [{"role": "user", "content": prompt}]}
    if r.random() < 0.3:
        done["message"] = {"role": "assistant", "content": answer}
        return "/api/chat", {**request, "stream": False}, [json.dumps(done).encode()]
    lines = [{"model": model.name, "created_at": stamp, "message": {"role": "assistant", "content": part},
              "done": False} for part in _chunks(answer, r)]  # fmt: skip
    return "/api/chat", request, [json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in (*lines, done)]


def _openai(model: Model, prompt: str, answer: str, r: random.Random) -> tuple[str, dict[str, Any], list[bytes]]:
    usage = {"prompt_tokens": 20 + len(prompt) // 4, "completion_tokens": len(answer) // 4,
             "total_tokens": 20 + len(prompt) // 4 + len(answer) // 4,
             "prompt_tokens_details": {"cached_tokens": r.choice((0, 0, 16))}}  # fmt: skip
    head = {"id": "chatcmpl-000000", "created": 1_793_500_000, "model": model.name}
    request: dict[str, Any] = {"model": model.name, "messages": [{"role": "system", "content": "Be brief."},
                                                                 {"role": "user", "content": prompt}]}  # fmt: skip
    if r.random() < 0.5:
        choice = {"index": 0, "message": {"role": "assistant", "content": answer}, "finish_reason": "stop"}
        body = {**head, "object": "chat.completion", "choices": [choice], "usage": usage}
        return "/v1/chat/completions", request, [json.dumps(body).encode()]
    events: list[dict[str, Any]] = [
        {**head, "object": "chat.completion.chunk",
         "choices": [{"index": 0, "delta": {"content": part}, "finish_reason": None}]} for part in _chunks(answer, r)
    ]  # fmt: skip
    events.append({**head, "object": "chat.completion.chunk",
                   "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": usage})  # fmt: skip
    lines = [b"data: " + json.dumps(event, separators=(",", ":")).encode() + b"\n\n" for event in events]
    request |= {"stream": True, "stream_options": {"include_usage": True}}
    return "/v1/chat/completions", request, [*lines, b"data: [DONE]\n\n"]


def variants(r: random.Random) -> dict[str, list[Variant]]:
    """What calls are made after, by category; every one decoded from its exchange."""
    out: dict[str, list[Variant]] = {name: [] for name in prose.PROMPTS}
    chats = MODELS[:-1]
    for number in range(VARIANTS):
        category = r.choices(list(prose.PROMPTS), _CATEGORIES)[0]
        spanish = r.random() < 0.4
        model = EMBEDDER if category == "embeddings" else r.choices(chats, [m.weight for m in chats])[0]
        prompt = f"{prose.prompt(category, r, spanish=spanish)} {PLACE.decode()}"
        answer = prose.answer(r, spanish=spanish)
        make = _openai if model.upstream == "cloud" else _ollama
        fate = r.random()
        path, request, pieces = make(model, prompt, answer, r)
        status, outcome = 200, "complete"
        if fate < 0.008 and len(pieces) > 3:
            pieces, outcome = pieces[: len(pieces) // 2], "upstream_closed"
        elif fate < 0.02 and len(pieces) > 3:
            pieces, outcome = pieces[: len(pieces) // 2], "client_closed"
        elif fate < 0.045:
            status, text = r.choice(((500, "model runner has unexpectedly stopped"), (404, "model not found"),
                                     (503, "server busy, please try again"), (429, "rate limit reached")))  # fmt: skip
            pieces = [json.dumps({"error": {"message": text} if make is _openai else text}).encode()]
        exchange = _exchange(number, model, path, request, pieces, status, outcome)
        call = msgspec.structs.replace(decode(exchange), category=category)
        out[category].append(Variant(call, exchange, model))
    return out


def _exchange(
    number: int, model: Model, path: str, request: dict[str, Any], pieces: list[bytes], status: int, outcome: Any
) -> Exchange:
    body, answer = json.dumps(request, ensure_ascii=False).encode(), b"".join(pieces)
    ends = [0]
    for piece in pieces:
        ends.append(ends[-1] + len(piece))
    kind = b"text/event-stream" if answer.startswith(b"data:") else b"application/json"
    return Exchange(
        id=new_id(number, bytes(10)), started_ns=0, upstream=model.upstream, peer="10.0.0.1", key="", user="u",
        session="s", method="POST", target=path,
        request_headers=((b"Host", b"127.0.0.1:11434"), (b"Content-Type", b"application/json"),
                         (b"User-Agent", b"openai-python/1.99" if model.upstream == "cloud" else b"ollama-python/0.6")),
        request_body=body, request_size=len(body), request_at=0.001, status=status,
        response_headers=((b"Content-Type", kind),), response_body=answer, response_size=len(answer), head_at=0.2,
        chunk_times=tuple(0.2 + 0.05 * i for i in range(len(pieces))), chunk_ends=tuple(ends[1:]), chunks=len(pieces),
        ended_at=0.2 + 0.05 * len(pieces), outcome=outcome,
    )  # fmt: skip


def starts(count: int) -> list[float]:
    """When the calls begin, ascending: by hour of the day, a quarter of it at weekends."""
    chance = np.random.default_rng(7)
    first = int(END) - DAYS * 86400
    hours = np.arange(DAYS * 24)
    weight = np.array([_HOURS[(first // 3600 + h) % 24] for h in hours], dtype=np.float64)
    weekday = (first // 86400 + hours // 24 + 3) % 7
    weight[weekday >= 5] *= 0.25
    per_hour = chance.multinomial(count, weight / weight.sum())
    times = [first + h * 3600 + np.sort(chance.random(n)) * 3600 for h, n in zip(hours, per_hour, strict=True)]
    out: list[float] = np.concatenate(times).round(6).tolist()
    return out


class Session:
    """A conversation that is going on: whose it is, about what, how many turns are left."""

    def __init__(self, number: int, r: random.Random) -> None:
        rank = min(USERS - 1, int(r.paretovariate(0.9) * 3) - 3) if r.random() < 0.6 else r.randrange(USERS)
        self.name = f"c{number:06d}-{r.getrandbits(32):08x}"
        self.user = None if rank == 7 else f"{NAMES[rank % len(NAMES)]}.{rank:03d}"
        self.client = f"10.0.{rank % 4}.{rank}"
        self.key = f"{(rank * 2654435761) & 0xFFFFFFFF:08x}" if rank % 3 else None
        self.category = r.choices(list(prose.PROMPTS), _CATEGORIES)[0]
        self.left = min(120, 1 + int(r.expovariate(1 / 16)))


NAMES = ("ana", "bea", "carlos", "diego", "elena", "fatima", "greta", "hugo", "iris", "jorge", "kai", "lucía", "marta",
         "noor", "olga", "pablo", "rosa", "sven", "tomás", "yara")  # fmt: skip


def records(count: int) -> Iterator[Record]:
    """The calls, in the order of their start."""
    r = random.Random(20261121)
    made = variants(r)
    going = [Session(number, r) for number in range(300)]
    opened = len(going)
    for started in starts(count):
        slot = r.randrange(len(going))
        talk = going[slot]
        pool = made[talk.category]
        variant = pool[int(r.random() * len(pool))]
        yield _record(variant, talk, started, r)
        talk.left -= 1
        if not talk.left:
            going[slot] = Session(opened, r)
            opened += 1


def _record(variant: Variant, talk: Session, started: float, r: random.Random) -> Record:
    call, exchange, model = variant
    usage = call.usage
    grown = 1 + int(r.expovariate(0.8))
    sent = None if usage.input_tokens is None else usage.input_tokens * grown
    got = usage.output_tokens
    first = r.lognormvariate(-1.6, 0.6) * (1 + grown / 8) + (r.uniform(4, 18) if r.random() < 0.004 else 0.0)
    evaluated = (got or 8) / model.tokens_per_second * r.lognormvariate(0.0, 0.25)
    total = first + evaluated
    timing = call.timing
    cost = None
    if model.per_million is not None and sent is not None:
        cost = (sent * model.per_million[0] + (got or 0) * model.per_million[1]) / 1e6
    identifier = new_id(int(started * 1e9), r.randbytes(10))
    prompt, body = call.prompt, exchange.request_body
    if r.random() < 0.02:
        number = f"#{r.randrange(1_000_000):06d}"
        prompt, body = prompt.replace(PLACE.decode(), number), body.replace(PLACE, number.encode())
    speed = total / exchange.ended_at
    scaled = tuple(round(t * speed, 6) for t in exchange.chunk_times)
    exchange = msgspec.structs.replace(
        exchange, id=identifier, started_ns=int(started * 1e9), peer=talk.client, key=talk.key or "", user=talk.user,
        session=talk.name, request_body=body, chunk_times=scaled, head_at=round(first, 6), ended_at=total,
    )  # fmt: skip
    call = msgspec.structs.replace(
        call, id=id_text(identifier), started_at=started, prompt=prompt, conversation=r.randbytes(16),
        usage=Usage(sent, usage.cached_input_tokens, got, usage.reasoning_tokens),
        timing=Timing(
            total, first if timing.time_to_first_chunk is not None else None,
            evaluated / (got - 1) if got and got > 1 and timing.time_to_first_chunk is not None else None,
            timing.load, timing.prompt_eval, evaluated if timing.eval is not None else None, timing.longest_gap,
        ),
        identity=msgspec.structs.replace(
            call.identity, user=talk.user, session=None if model is EMBEDDER else talk.name, key=talk.key,
            client=talk.client,
        ),
        cost_usd=cost, cost_source=None if cost is None else model.source,
    )  # fmt: skip
    return Record(call, exchange)


def build(store: Store, count: int) -> dict[str, float]:
    """Fill a store; returns how long it took in seconds, the time of making the calls apart."""
    began, spent, number = perf_counter(), 0.0, 0
    batch: list[Record] = []
    store.claim_model_slots([model.name for model in MODELS])

    def flush() -> None:
        nonlocal spent, number
        begun = perf_counter()
        increments = account_all([record.call for record in batch], lambda model: model or "other")
        number += 1
        position = Position("00000000-0000-7000-8000-000000000001", 0, 1, number)
        store.add(Batch(id=f"million-{number}", records=batch, increments=increments, positions=[position]))
        spent += perf_counter() - begun
        batch.clear()

    for record in records(count):
        batch.append(record)
        if len(batch) == BATCH:
            flush()
    if batch:
        flush()
    return {"seconds": perf_counter() - began, "store_seconds": spent, "calls_per_second": count / spent}


def make(folder: Path, count: int, store: Store) -> dict[str, float]:
    """Fill a store that lies in a folder; the bytes it takes are counted file by file."""
    found = build(store, count)
    store.close()
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return {**found, "bytes": size, "bytes_per_call": size / count}
