"""A call as the command that repeats it, without anybody's credentials."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote

from sereno.query.detail import Side

LONGEST = 100_000
"""Characters of a body that still fit a command line everywhere (Linux allows 128 KiB an argument)."""
_KEPT = frozenset({"accept", "anthropic-beta", "anthropic-version", "content-type", "openai-beta"})
_CREDENTIALS = frozenset({"authorization", "x-api-key", "api-key", "cookie", "proxy-authorization", "x-goog-api-key"})


def curl(method: str, target: str, request: Side | None, base: str) -> str | None:
    r"""The command, None where the request was not kept whole and as text.

    Args:
        method: request method.
        target: path and query as sent.
        request: what the client sent; its body without content coding.
        base: address of the gateway.

    >>> from sereno.query.detail import Body
    >>> body = Body(size=18, text='{"model": "it\'s"}', encoding="utf-8", truncated=False, error=None)
    >>> print(curl("POST", "/api/chat", Side(headers=[("Content-Type", "application/json")], body=body), "http://h"))
    curl http://h/api/chat \
      -H 'Content-Type: application/json' \
      --data-binary '{"model": "it'"'"'s"}'
    """
    if request is None or request.body.truncated or request.body.error or request.body.encoding != "utf-8":
        return None
    if len(request.body.text) > LONGEST or "\0" in request.body.text or not target.startswith("/"):
        return None
    words = ["curl"]
    if method not in ("GET", "POST") or (method == "POST") != bool(request.body.text):
        words += ["-X", quote(method)]
    parts = [" ".join([*words, quote(base + target)]), *_headers(request.headers)]
    if request.body.text:
        parts.append(f"--data-binary {quote(request.body.text)}")
    return " \\\n  ".join(parts)


def needed_credentials(request: Side | None) -> bool:
    """Whether the request carried a credential, which the command leaves out."""
    return request is not None and any(name.lower() in _CREDENTIALS for name, _ in request.headers)


def _headers(headers: Sequence[tuple[str, str]]) -> list[str]:
    return [f"-H {quote(f'{name}: {value}')}" for name, value in headers if name.lower() in _KEPT]
