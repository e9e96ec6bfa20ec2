"""Which API a request speaks and what it asks for: a bounded set of route templates, by path.

Clients reach the same API under prefixes (`/openai/v1/…`, `/ollama/api/…`), so a known path is also found
behind one. Everything else is `unknown`, which no label or roll-up can be flooded with.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from sereno.calls import Operation, Protocol

Form = Literal[
    "chat", "generate", "embed", "embeddings", "progress", "manage",
    "chat_completions", "completions", "openai_embeddings", "responses", "messages",
    "llamacpp", "llamacpp_embeddings", "none",
]  # fmt: skip
"""How bodies of a route are read; `progress` is pull, push and create."""


class Route(NamedTuple):
    """What a path stands for.

    Attributes:
        protocol: the API.
        operation: what a POST to it asks for.
        template: the path's template.
        form: how its bodies are read.
        streams: whether it streams when the request does not say.
    """

    protocol: Protocol
    operation: Operation
    template: str
    form: Form
    streams: bool = False


UNKNOWN = Route("unknown", "other", "unknown", "none")

_ROUTES: tuple[Route, ...] = (
    Route("ollama", "chat", "/api/chat", "chat", streams=True),
    Route("ollama", "text_completion", "/api/generate", "generate", streams=True),
    Route("ollama", "embeddings", "/api/embed", "embed"),
    Route("ollama", "embeddings", "/api/embeddings", "embeddings"),
    *(Route("ollama", "other", f"/api/{name}", "progress", streams=True) for name in ("pull", "push", "create")),
    *(Route("ollama", "other", f"/api/{name}", "manage") for name in ("show", "copy", "delete")),
    *(Route("ollama", "other", f"/api/{name}", "none") for name in ("tags", "ps", "version", "status", "me")),
    Route("openai", "chat", "/v1/chat/completions", "chat_completions"),
    Route("openai", "text_completion", "/v1/completions", "completions"),
    Route("openai", "embeddings", "/v1/embeddings", "openai_embeddings"),
    Route("openai", "chat", "/v1/responses", "responses"),
    Route("anthropic", "chat", "/v1/messages", "messages"),
    Route("anthropic", "other", "/v1/messages/count_tokens", "none"),
    *(Route("openai", "other", f"/v1/{name}", "none") for name in (
        "models", "moderations", "images/generations", "images/edits", "audio/transcriptions", "audio/translations",
        "audio/speech", "files", "batches", "conversations", "rerank",
    )),
    # vLLM
    *(Route("openai", "other", path, "none") for path in (
        "/v1/score", "/score", "/rerank", "/v2/rerank", "/pooling", "/classify", "/tokenize", "/detokenize", "/health",
        "/ping", "/version", "/load", "/metrics", "/v1/load_lora_adapter", "/v1/unload_lora_adapter",
    )),
    # llama.cpp; `/health`, `/metrics`, `/tokenize` and `/detokenize` as vLLM
    Route("llama.cpp", "text_completion", "/completion", "llamacpp"),
    Route("llama.cpp", "text_completion", "/completions", "llamacpp"),
    Route("llama.cpp", "text_completion", "/infill", "llamacpp"),
    Route("llama.cpp", "embeddings", "/embedding", "llamacpp_embeddings"),
    Route("llama.cpp", "embeddings", "/embeddings", "llamacpp_embeddings"),
    *(Route("llama.cpp", "other", path, "none") for path in (
        "/props", "/slots", "/models", "/apply-template", "/lora-adapters", "/reranking", "/v1/reranking", "/v1/health",
    )),
)  # fmt: skip

_KNOWN: dict[str, Route] = {route.template: route for route in _ROUTES}
_KNOWN["/"] = Route("ollama", "other", "/", "none")
_KNOWN["/chat/completions"] = _KNOWN["/v1/chat/completions"]
_KNOWN["/responses"] = _KNOWN["/v1/responses"]
for _name in ("chat/completions", "completions", "embeddings", "models"):
    _KNOWN[f"/api/v0/{_name}"] = _KNOWN[f"/v1/{_name}"]  # LM Studio's own API: OpenAI's forms, and figures beside them
_WITH_ID: tuple[tuple[str, Route], ...] = (
    ("/api/blobs/", Route("ollama", "other", "/api/blobs/{digest}", "none")),
    *((f"/v1/{name}/", Route("openai", "other", f"/v1/{name}/{{id}}", "none")) for name in (
        "models", "responses", "chat/completions", "conversations", "files", "batches",
    )),
    ("/slots/", Route("llama.cpp", "other", "/slots/{id}", "none")),
)  # fmt: skip
_DEPLOYMENTS = "/deployments/"
"""Azure's paths: `/openai/deployments/{name}/chat/completions`."""
_MAX_PREFIX = 6
_LLM_METHOD = "POST"


def path_of(target: str) -> str:
    """The path of a request target (RFC 9112 §3.2), without query; of an absolute form without scheme and host."""
    path = target.partition("?")[0].partition("#")[0]
    if not path.startswith("/") and "://" in path:
        _, slash, rest = path.partition("://")[2].partition("/")
        path = slash + rest or "/"
    return path


def classify(method: str, target: str) -> Route:
    """The route of a request. Methods other than POST ask for no model: their operation is `other`.

    >>> classify("POST", "/openai/v1/chat/completions?x=1").template
    '/v1/chat/completions'
    >>> classify("GET", "/api/chat").operation, classify("POST", "/wp-login.php").template
    ('other', 'unknown')
    """
    route = _KNOWN.get(target) or _search(path_of(target))
    if method != _LLM_METHOD and route.operation != "other":
        return route._replace(operation="other", form="none")
    return route


def _search(path: str) -> Route:
    if len(path) > 1:
        path = path.rstrip("/") or "/"
    for _ in range(_MAX_PREFIX):
        found = _KNOWN.get(path)
        if found is not None:
            return found
        for start, route in _WITH_ID:
            if path.startswith(start):
                return route
        if path.startswith(_DEPLOYMENTS):
            rest = path[len(_DEPLOYMENTS) :].partition("/")[2]
            return _KNOWN.get(f"/v1/{rest}", UNKNOWN)
        following = path.find("/", 1)
        if following < 0:
            break
        path = path[following:]
    return UNKNOWN
