"""The APIs that can be loaded: path and body of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

from sereno.wire.routes import classify, path_of

ApiName = Literal[
    "agent", "ollama-chat", "ollama-generate", "ollama-embed", "openai-chat", "openai-completions",
    "openai-embeddings", "openai-responses", "anthropic-messages",
]  # fmt: skip
APIS: tuple[ApiName, ...] = get_args(ApiName)


class Turn(NamedTuple):
    """One turn of a conversation."""

    role: Literal["user", "assistant"]
    content: str


class Api(NamedTuple):
    """One API.

    Attributes:
        name: as `--api` takes it.
        path: where requests go, below the server's address.
        embeds: it answers with vectors.
        remembers: whether earlier turns are sent along; a server with sessions of its own (`agent`) keeps them itself.
        needs_model: whether a request must name a model.
    """

    name: ApiName
    path: str
    embeds: bool = False
    remembers: bool = False
    needs_model: bool = True


_TABLE: Mapping[ApiName, Api] = {
    api.name: api
    for api in (
        Api("agent", "/chat", needs_model=False),
        Api("ollama-chat", "/api/chat", remembers=True),
        Api("ollama-generate", "/api/generate"),
        Api("ollama-embed", "/api/embed", embeds=True),
        Api("openai-chat", "/v1/chat/completions", remembers=True),
        Api("openai-completions", "/v1/completions"),
        Api("openai-embeddings", "/v1/embeddings", embeds=True),
        Api("openai-responses", "/v1/responses", remembers=True),
        Api("anthropic-messages", "/v1/messages", remembers=True),
    )
}


def api_of(name: ApiName) -> Api:
    """The API of a name."""
    return _TABLE[name]


def api_of_path(path: str) -> Api | None:
    """The API that a URL's path names, also behind a prefix; None for a path that ends above the API's own.

    >>> api_of_path("/ollama/api/chat").name, api_of_path("/chat").name, api_of_path("/")
    ('ollama-chat', 'agent', None)
    """
    clean = path_of(path).rstrip("/")
    template = classify("POST", clean or "/").template
    for api in _TABLE.values():
        if api.path == template or (api.name == "agent" and clean.endswith(api.path) and template == "unknown"):
            return api
    return None


def body_of(
    api: Api, turns: Sequence[Turn], *, model: str | None, stream: bool, max_tokens: int | None, session: str
) -> dict[str, Any]:
    """The JSON body of a request.

    Args:
        api: what is asked.
        turns: the conversation so far; the last one is the user's new one.
        model: name of the model, None to leave it to the server.
        stream: whether the answer is wanted in pieces.
        max_tokens: limit on the answer's length, None for the server's own.
        session: id of the conversation.
    """
    text = turns[-1].content
    body: dict[str, Any] = {} if model is None else {"model": model}
    messages = [turn._asdict() for turn in turns]
    match api.name:
        case "agent":
            return {**body, "message": text, "session_id": session}
        case "ollama-chat" | "ollama-generate":
            asked = {"messages": messages} if api.name == "ollama-chat" else {"prompt": text}
            options = {} if max_tokens is None else {"options": {"num_predict": max_tokens}}
            return {**body, **asked, "stream": stream, **options}
        case "ollama-embed" | "openai-embeddings":
            return {**body, "input": text}
        case "openai-chat" | "openai-completions":
            asked = {"messages": messages} if api.name == "openai-chat" else {"prompt": text}
            usage = {"stream_options": {"include_usage": True}} if stream else {}
            return {**body, **asked, "stream": stream, **usage, **_limit("max_tokens", max_tokens)}
        case "openai-responses":
            return {**body, "input": messages, "stream": stream, **_limit("max_output_tokens", max_tokens)}
        case "anthropic-messages":
            # The API demands a limit; 1024 is what its documentation shows.
            return {**body, "messages": messages, "stream": stream, "max_tokens": max_tokens or 1024}


def _limit(name: str, value: int | None) -> dict[str, int]:
    return {} if value is None else {name: value}
