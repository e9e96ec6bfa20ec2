"""What an error body says, in the forms of the three APIs and of servers beside them.

Ollama      {"error": "…"}
OpenAI      {"error": {"message": "…", "type": "…", "param": …, "code": …}}
Anthropic   {"type": "error", "error": {"type": "…", "message": "…"}, "request_id": …}
others      {"detail": "…"}, {"object": "error", "message": "…"}, text/plain
"""

from __future__ import annotations

from typing import Any

import msgspec

from sereno.wire import jsontext

MAX_MESSAGE = 500
_any: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


def message_in(value: object) -> str | None:
    """The sentence in the value of an `error` field; None when it is null, absent or empty."""
    if isinstance(value, dict):
        inner = value.get("message") or value.get("error") or value.get("type") or value.get("code")
        value = inner if isinstance(inner, str) else msgspec.json.encode(value).decode() if value else None
    if value is None or value is False or value == "":
        return None
    return str(value).strip()[:MAX_MESSAGE]


def message_of(body: bytes) -> str | None:
    """The sentence in the body of an error answer; of a text that is no JSON, the text itself."""
    if not body:
        return None
    try:
        value = jsontext.read_cut(body[:65536], _any)
    except ValueError:
        text = body[: MAX_MESSAGE * 4].decode("utf-8", "replace").strip()
        return None if text.startswith("<") else text[:MAX_MESSAGE] or None
    if isinstance(value, dict):
        for field in ("error", "detail", "message", "title"):
            found = message_in(value.get(field))
            if found:
                return found
        return None
    return message_in(value)
