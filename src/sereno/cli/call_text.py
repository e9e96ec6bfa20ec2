"""Calls as people read them in a terminal."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sereno.cli.price_text import usd
from sereno.cli.tables import clean, cut
from sereno.query.message import CallMessage

ID_END = 6
"""Characters of an id's random end that lists show; `show` finds a call by them."""


def columns() -> tuple[str, ...]:
    """Headings of a list of calls."""
    return ("id", "time", "model", "status", "in", "out", "s", "ttft", "user", "prompt")


def call_rows(calls: Sequence[CallMessage]) -> list[tuple[str, ...]]:
    """A row a call, under `columns`."""
    return [
        (
            call.id[-ID_END:],
            moment(call.timestamp),
            call.model or "–",
            status(call),
            number(call.input_tokens),
            number(call.output_tokens),
            seconds(call.latency),
            seconds(call.ttft),
            call.user or "",
            call.prompt or "–",
        )
        for call in calls
    ]


def moment(timestamp: str) -> str:
    """An RFC 3339 time in this machine's zone: the time of day, before today with its date."""
    local = datetime.fromisoformat(timestamp).astimezone()
    today = datetime.now().astimezone().date()
    return f"{local:%H:%M:%S}" if local.date() == today else f"{local:%Y-%m-%d %H:%M}"


def status(call: CallMessage) -> str:
    """How a call ended: `ok`, `aborted`, or its error type."""
    if call.status == "success":
        return "ok"
    return call.error_type or call.status if call.status == "error" else call.status


def number(value: int | None) -> str:
    """Digits, `–` for unknown."""
    return "–" if value is None else str(value)


def seconds(value: float | None) -> str:
    """Seconds with two or three figures, `–` for unknown.

    >>> seconds(0.0123), seconds(1.234), seconds(98.76), seconds(None)
    ('0.012', '1.23', '98.8', '–')
    """
    if value is None:
        return "–"
    return (
        f"{value:.3f}"
        if value < 1
        else f"{value:.2f}"
        if value < 10
        else f"{value:.1f}"
        if value < 1000
        else f"{value:.0f}"
    )


def live_line(call: CallMessage) -> None:
    """Print one call of a tail, cut to the terminal's width when there is one."""
    cells = call_rows([call])[0]
    if not sys.stdout.isatty():
        print("\t".join(clean(cell) for cell in cells), flush=True)
        return
    colour = {"success": "\x1b[32m", "aborted": "\x1b[33m"}.get(call.status, "\x1b[31m")
    before, state, after = live_cells(cells, shutil.get_terminal_size().columns)
    print(f"\x1b[2m{before}\x1b[0m{colour}{state}\x1b[0m{after}", flush=True)


def live_cells(cells: Sequence[str], width: int) -> tuple[str, str, str]:
    """A row of a tail in three pieces, together at most `width` wide: when, how it ended, what it was."""
    call_id, time, model, state, tokens_in, tokens_out, took, _, user, prompt = map(clean, cells)
    before = f"{call_id}  {time}  "
    ended = cut(state, 16)
    who = f"{cut(user, 16)}  " if user else ""
    after = f"  {tokens_in:>5} → {tokens_out:<5}{took:>7} s  {cut(model, 20)}  {who}{prompt}"
    return before, ended, cut(after, width - len(before) - 16).rstrip()


def print_call(detail: Mapping[str, Any]) -> None:
    """Print one call whole: figures first, then the conversation, or prompt and answer where it is not kept."""
    from rich.console import Console
    from rich.rule import Rule
    from rich.text import Text

    console = Console(highlight=False)
    known = [(name, value) for name, value in detail.items() if name not in _TEXTS and _is_plain(value)]
    known += [(f"timing.{name}", value) for name, value in (detail.get("timing") or {}).items() if _is_plain(value)]
    known += list(_why(detail.get("category_reason")))
    width = max((len(name) for name, _ in known), default=0)
    for name, value in known:
        console.print(Text.assemble((f"{name:<{width}}  ", "dim"), clean(_shown(name, value))))
    for heading, text in _texts(detail):
        console.print(Rule(Text(clean(heading), "bold"), align="left", style="dim"))
        console.print(Text(_printable(text)), soft_wrap=True)


_TEXTS = ("prompt", "response")


def _why(reason: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """What spoke for the call's category, as one line."""
    if reason and reason["evidence"]:
        found = ", ".join(f"{one['text'] or one['rule']} (+{one['weight']})" for one in reason["evidence"])
        yield "category_reason", f"{reason['category']}: {found}"


def _texts(detail: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Heading and text of everything that was said, in order."""
    asked = detail.get("messages") or [{"role": "prompt", "content": detail.get("prompt")}]
    for message in [*asked, {"role": "answer", "content": detail.get("response")}]:
        role = str(message.get("role", ""))
        if message.get("thinking"):
            yield f"{role}, thinking", str(message["thinking"])
        if message.get("content"):
            yield role, str(message["content"])
        for call in message.get("tool_calls") or ():
            yield f"{role}, tool call", f"{call.get('name')}({call.get('arguments')})"
        for image in message.get("images") or ():
            yield f"{role}, image", f"{image.get('media_type') or 'image'}, {image.get('size')} bytes"


def _is_plain(value: object) -> bool:
    return isinstance(value, (str, int, float)) and value not in ("", None)


def _shown(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "cost_usd":
        return usd(value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _printable(text: str) -> str:
    """The text with its lines, but without characters that steer a terminal."""
    return "\n".join(clean(line.replace("\t", "    ")) for line in text.splitlines())
