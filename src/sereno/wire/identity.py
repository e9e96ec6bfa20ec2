"""Who called: believed headers first, then what the protocols carry themselves."""

from __future__ import annotations

from sereno.calls import Exchange, Identity
from sereno.wire.request import RequestBody, header, text

MAX_NAME = 200
MAX_AGENT = 120
_SESSION_FIELDS = ("session_id", "conversation_id", "thread_id", "chat_id")


def identify(exchange: Exchange, body: RequestBody) -> Identity:
    """Who called, as far as headers and body say.

    The body's own words come last: `user`, `safety_identifier` and `metadata.user_id` (OpenAI, Anthropic) for the
    user; `metadata.session_id`, `conversation_id`, `thread_id` or `chat_id` and Responses' `conversation` for the
    session.
    """
    metadata = body.metadata if isinstance(body.metadata, dict) else {}
    user = exchange.user or text(body.user) or text(body.safety_identifier) or text(metadata.get("user_id"))
    session = exchange.session
    if session is None and metadata:
        session = next((found for found in map(metadata.get, _SESSION_FIELDS) if text(found)), None)
    if session is None and body.conversation is not None:
        given = body.conversation
        session = text(given.get("id") if isinstance(given, dict) else given)
    agent = header(exchange.request_headers, b"user-agent")
    return Identity(
        user=user[:MAX_NAME] if user else None,
        session=session[:MAX_NAME] if session else None,
        key=exchange.key or None,
        client=exchange.peer or None,
        agent=agent.decode("utf-8", "replace")[:MAX_AGENT] or None,
    )
