"""Conversations: the whole text of a call for pages, and the hashes by which calls find their session.

Clients hold the history and send it again with each call: the earlier messages, the earlier answer, something
new. So the hash over messages and answer of call k must equal the hash over the history of call k+1. Clients
change things on the way; the hash leaves out what they change without meaning it: system texts, thinking, ids
of tool calls, key order, white space at the ends, empty assistant turns, images. Nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from sereno.calls import Exchange, Message, ToolCall
from sereno.wire.body import read_answer
from sereno.wire.forms import READERS
from sereno.wire.pictures import reference
from sereno.wire.request import RequestBody, read_request
from sereno.wire.routes import classify

_DIGEST_SIZE = 16
_LEFT_OUT = frozenset({"system", "developer"})
_THINKING = re.compile(
    r"\s*(?:<think(?:ing)?>.*?</think(?:ing)?>|<details\s[^>]*type=\"reasoning\"[^>]*>.*?</details>)", re.DOTALL
)
_WHITE = b" \t\r\n"


class Conversation(msgspec.Struct, frozen=True):
    """The messages of a request, and what was answered: one message, or one for each choice."""

    messages: tuple[Message, ...]
    answers: tuple[Message, ...]


def messages(exchange: Exchange) -> Conversation:
    """The whole conversation of an exchange, as far as its bodies can be read."""
    readers = READERS[classify(exchange.method, exchange.target).form]
    if readers.messages is None:
        return Conversation((), ())
    body, _ = read_request(exchange)
    said = read_answer(exchange, readers).answer
    first = said.message
    answers = (first, *said.others) if first.content or first.thinking or first.tool_calls or said.others else ()
    return Conversation(tuple(readers.messages(body, reference)), answers)


def thread(sent: Sequence[Message], answer: Message | None) -> tuple[bytes | None, bytes | None]:
    """(`conversation`, `parent_conversation`) of a call.

    Args:
        sent: the request's messages.
        answer: what was answered, None if nothing was.

    `parent_conversation` is the hash up to the last assistant turn that something follows; without one the call
    begins a conversation. An assistant turn at the very end is the beginning of the answer (prefill).
    """
    digest = blake2b(digest_size=_DIGEST_SIZE)
    parent: bytes | None = None
    texts: list[str] = []
    tools: list[ToolCall] = []
    open_turn = False
    for message in sent:
        role = message.role
        if role == "assistant":
            texts.append(message.content)
            tools.extend(message.tool_calls)
            open_turn = open_turn or bool(message.tool_calls) or _spoken(message.content) != b""
            continue
        if role in _LEFT_OUT:
            continue
        if open_turn:
            _turn(digest, texts, tools)
            parent = digest.digest()
            open_turn = False
        texts, tools = [], []
        content = message.content.strip().encode("utf-8", "replace")
        digest.update(b"%d tool\n" % len(content) if role in ("tool", "function") else b"%d user\n" % len(content))
        digest.update(content)
    if answer is None:
        return None, parent
    if texts and answer.content:
        texts = [*texts[:-1], texts[-1] + answer.content]
    else:
        texts.append(answer.content)
    tools.extend(answer.tool_calls)
    if not tools and not any(_spoken(text) for text in texts):
        return None, parent
    _turn(digest, texts, tools)
    return digest.digest(), parent


def context_thread(sent: bytes, received: bytes | None) -> tuple[bytes | None, bytes | None]:
    """The same for /api/generate, whose `context` (JSON list of tokens) carries the conversation."""
    return _context_hash(received), _context_hash(sent)


def linked_thread(
    body: RequestBody, sent: Sequence[Message], answer: Message | None, link: str | None
) -> tuple[bytes | None, bytes | None]:
    """The same for /v1/responses, where `previous_response_id` may stand for the history.

    A client that names an earlier answer, or asks for this one to be stored, will name this one next; every other
    sends the history again.

    Args:
        body: the request.
        sent: its messages.
        answer: what was answered, None if nothing was.
        link: id of the answer.
    """
    conversation, parent = thread(sent, answer)
    before = body.previous_response_id
    if isinstance(before, str) and before:
        parent = _link_hash(before)
    elif body.store is not True:
        return conversation, parent
    return _link_hash(link) if link and answer is not None else conversation, parent


def _link_hash(link: str) -> bytes:
    return blake2b(link.encode("utf-8", "replace"), digest_size=_DIGEST_SIZE, person=b"response").digest()


def _context_hash(context: bytes | None) -> bytes | None:
    plain = (context or b"").translate(None, _WHITE)
    if plain in (b"", b"[]", b"null"):
        return None
    return blake2b(plain, digest_size=_DIGEST_SIZE, person=b"context").digest()


def _turn(digest: blake2b, texts: list[str], tools: list[ToolCall]) -> None:
    """Add an assistant turn; several in a row are one."""
    content = b"\n".join(filter(None, map(_spoken, texts)))
    digest.update(b"%d assistant\n" % len(content))
    digest.update(content)
    for call in tools:
        wanted = f"{call.name}\n".encode("utf-8", "replace") + _arguments(call.arguments)
        digest.update(b"%d call\n" % len(wanted))
        digest.update(wanted)


def _spoken(text: str) -> bytes:
    """What a client sends back of an answer: without the thinking at its head, and white space at its ends."""
    if text.lstrip().startswith(("<think", "<details")):
        match = _THINKING.match(text)
        if match is not None:
            text = text[match.end() :]
    return text.strip().encode("utf-8", "replace")


def _arguments(text: str) -> bytes:
    """The arguments of a tool call whatever their key order and white space."""
    try:
        return msgspec.json.encode(msgspec.json.decode(text or "{}"), order="sorted")
    except (ValueError, RecursionError):
        return text.strip().encode("utf-8", "replace")
