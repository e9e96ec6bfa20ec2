"""Text that tries to break a page: markup, script, directions, length, emoji."""

from __future__ import annotations

from typing import Any

from api.double import NOW, chat

HOSTILE = (
    "<script>document.title='owned'</script><img src=http://evil.example/x onerror=alert(1)>",
    "\u202egnihton\u202c مرحبا \u2066x",
    "x" * 50_000,
    "🌙" * 200,
    '"><style>*{display:none}</style>{{ 7*7 }}',
    "</script><svg onload=alert(1)>'\";`${1}",
)


def hostile_exchanges(plain: int = 60) -> list[Any]:
    """Calls with hostile prompts, answers, users and sessions, and plain ones after them."""
    return [
        chat(text, text, serial=i, at=NOW - 60 * i - 60, user=text[:200], model="llama3.2", session=text[:99])
        for i, text in enumerate(HOSTILE)
    ] + [chat("q", "a", serial=i, at=NOW - 600 - i) for i in range(plain)]
