"""Calls made for store tests: `from store.made import a_call, some_calls, a_batch`."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from sereno.calls import Call, Exchange, Identity, Position, Timing, Usage, id_bytes
from sereno.metrics.account import account_all
from sereno.store.base import Batch, Record

T0 = 1_788_220_800.0  # 2026-09-01T00:00:00Z, a Tuesday
WORDS = (
    "night",
    "watch",
    "model",
    "llama",
    "Straße",
    "café",
    "夜警",
    "שלום",
    "naïve",
    "x1",
    "re-read",
    "🦙",
    "OR",
    '"quoted"',
)


def label(model: str | None) -> str:
    """The model label of these tests: three models hold a slot."""
    return model if model in {"a:latest", "b:latest", "c:latest"} else "other"


def a_call(number: int = 0, **changes: Any) -> Call:
    """One plain chat call; any field may be given."""
    fields: dict[str, Any] = {
        "id": str(UUID(int=(int(changes.get("started_at", T0 + number) * 1000) << 80) | 0x7 << 76 | 2 << 62 | number)),
        "started_at": T0 + number, "protocol": "ollama", "operation": "chat", "route": "/api/chat",
        "path": "/api/chat", "method": "POST", "upstream": "default", "request_model": "a", "model": "a:latest",
        "status": "success", "http_status": 200, "error_type": None, "error_message": None, "finish_reason": "stop",
        "stream": True, "usage": Usage(10, None, 20), "timing": Timing(1.5, 0.25, 0.0625), "identity": Identity(),
        "chunks": 20, "tool_calls": 0, "images": 0, "request_bytes": 100, "response_bytes": 1000, "truncated": False,
        "decode_error": None, "prompt": "what does the night watch", "response": "the model",
    }  # fmt: skip
    return Call(**{**fields, **changes})


def an_exchange(call: Call) -> Exchange:
    """An exchange that could be the call's."""
    body = call.prompt.encode("utf-8", "replace")
    return Exchange(
        id=id_bytes(call.id), started_ns=int(call.started_at * 1e9), upstream="default", peer="127.0.0.1", key="",
        user=None, session=None, method="POST", target=call.path, request_headers=((b"Host", b"localhost"),),
        request_body=body, request_size=len(body), request_at=0.001, status=200, response_headers=(),
        response_body=b"\x00\xff", response_size=2, head_at=0.1, chunk_times=(0.1, 0.2), chunk_ends=(1, 2), chunks=2,
        ended_at=call.timing.total, outcome="complete",
    )  # fmt: skip


def some_calls(count: int, seed: int = 1) -> list[Call]:
    """Varied calls over three days, in the order of their end; equal start times are among them."""
    r = random.Random(seed)
    calls = []
    for number in range(count):
        started = T0 + r.choice((r.randrange(0, 3 * 86400), r.random() * 3 * 86400, 60.0 * r.randrange(0, 4000)))
        operation = r.choice(("chat", "chat", "chat", "text_completion", "embeddings", "other"))
        status = r.choice(("success", "success", "success", "error", "aborted"))
        total = r.choice((0.1, 0.25, 1.0, 5.0, r.expovariate(0.5), r.random() * 700))
        model = r.choice(("a:latest", "b:latest", "c:latest", "rare:7b", None))
        tokens = Usage(*(r.choice((None, r.randrange(0, 5000))) for _ in range(4)))
        user = r.choice((None, "ana", "bo", "ćirić", "x'; DROP TABLE calls; --"))
        calls.append(
            a_call(
                number, started_at=started, operation=operation, status=status, model=model, usage=tokens,
                route="/api/chat" if operation != "other" else "/api/tags",
                error_type=None if status == "success" else r.choice(("http_5xx", "truncated_stream", "client_closed")),
                timing=Timing(
                    total, r.choice((None, total / 3)), r.choice((None, total / 100)), r.choice((None, 0.5)),
                    r.choice((None, 0.125)), r.choice((None, total / 2)), r.choice((None, 0.0)),
                ),
                identity=Identity(
                    user, r.choice((None, f"s{r.randrange(12)}")), r.choice((None, "0badcafe")), "10.0.0.1"
                ),
                category=r.choice((None, "code", "question")), cost_usd=r.choice((None, 0.0, r.random() / 100)),
                energy_joules=r.choice((None, 0.0, r.random() * 1000)),
                internal="judge" if r.random() < 0.05 else "", decode_error="not JSON" if r.random() < 0.1 else None,
                protocol=r.choice(("ollama", "openai")), finish_reason=r.choice((None, "stop", "length", "odd")),
                prompt=" ".join(r.choices(WORDS, k=r.randrange(0, 60))), response=" ".join(r.choices(WORDS, k=3)),
                conversation=r.randbytes(16), tool_calls=r.randrange(3), path=r.choice(("/api/chat", "/api/chat?x=1")),
            )
        )  # fmt: skip
    return sorted(calls, key=lambda call: call.ended_at)


def a_batch(
    calls: Sequence[Call], name: str = "b", positions: Sequence[Position] = (), *, bodies: bool = True
) -> Batch:
    """A batch of calls with what they count."""
    records = [Record(call, an_exchange(call) if bodies else None) for call in calls]
    return Batch(id=name, records=records, increments=account_all(calls, label), positions=positions)


def cut(call: Call) -> Call:
    """The call as lists show it."""
    return msgspec.structs.replace(call, prompt=call.prompt[:200], response=call.response[:200])
