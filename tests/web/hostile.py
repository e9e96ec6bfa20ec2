"""Text that tries to break a page: markup, script, directions, length, emoji."""

from __future__ import annotations

from typing import Any

import msgspec

from api.double import NOW, chat
from sereno.store.base import Record
from sereno.wire.decode import decode

HOSTILE = (
    "<script>document.title='owned'</script><img src=http://evil.example/x onerror=alert(1)>",
    "\u202egnihton\u202c مرحبا \u2066x",
    "x" * 50_000,
    "🌙" * 200,
    '"><style>*{display:none}</style>{{ 7*7 }}',
    "</script><svg onload=alert(1)>'\";`${1}",
)
TALL = "a\n" * 300 + "Z̷̡͎̗͋͌a̸͖̓l̵̰̈́g̶̝̅o̵̻͋ " * 40
"""Many lines, and letters with heaps of marks."""


def hostile_exchanges(plain: int = 60) -> list[Any]:
    """Calls with hostile prompts, answers, users and sessions, and plain ones after them."""
    return [
        chat(text, text, serial=i, at=NOW - 60 * i - 60, user=text[:200], model="llama3.2", session=text[:99])
        for i, text in enumerate(HOSTILE)
    ] + [chat("q", "a", serial=i, at=NOW - 600 - i) for i in range(plain)]


def hostile_records() -> list[Record]:
    """Calls in which everything is hostile: prompt, answer, error, model, user, session, category, price, figures."""
    texts = (*HOSTILE, TALL)
    out = []
    for i, text in enumerate(texts * 3):
        failed = text[:400] if i % 5 == 0 else None
        made = chat(
            text, text, serial=i, at=NOW - 300 * i - 60, user=text[:200], model=text[:120], session=text[:99],
            error=failed, tokens=(10**15, 10**15) if i % 4 == 0 else (7, 9), latency=10.0 ** (i % 6 - 2),
        )  # fmt: skip
        known = {"category": text[:60], "cost_usd": 10.0 ** (6 - 2 * (i % 8)), "cost_source": text[:120]}
        out.append(Record(msgspec.structs.replace(decode(made), **known), made))
    plain = (chat("q", "a", serial=i, at=NOW - 600 - i, model=HOSTILE[2][:100]) for i in range(60))
    return out + [Record(decode(made), made) for made in plain]
