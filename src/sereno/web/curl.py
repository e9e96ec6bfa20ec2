"""A call as the command that repeats it, without anybody's credentials.

The texts are a stranger's, the shell is the reader's. So a body that begins with `@` is no name of a file, and no
control character stands in the command: a terminal may take it for a key, one that ends the paste among them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from shlex import quote

from sereno.query.detail import Side

LONGEST = 100_000
"""Characters of a body that still fit a command line everywhere (Linux allows 128 KiB an argument)."""
_KEPT = frozenset({"accept", "anthropic-beta", "anthropic-version", "content-type", "openai-beta"})
_CREDENTIALS = frozenset({"authorization", "x-api-key", "api-key", "cookie", "proxy-authorization", "x-goog-api-key"})
_CONTROL = re.compile(r"([\0-\x09\x0b-\x1f\x7f-\x9f]+)")
"""C0 but for the line feed, delete, and C1 (ECMA-48)."""
_GLOB = frozenset("[]{}")
"""What makes curl read an address as several; `-g` turns it off."""


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
      --data-raw '{"model": "it'"'"'s"}'
    """
    if request is None or request.body.truncated or request.body.error or request.body.encoding != "utf-8":
        return None
    if len(request.body.text) > LONGEST or "\0" in request.body.text or not target.startswith("/"):
        return None
    words = ["curl"]
    if method not in ("GET", "POST") or (method == "POST") != bool(request.body.text):
        words += ["-X", quoted(method)]
    if not _GLOB.isdisjoint(target):
        words.append("-g")
    parts = [" ".join([*words, quoted(base + target)]), *_headers(request.headers)]
    if request.body.text:
        parts.append(f"--data-raw {quoted(request.body.text)}")  # -d and --data-binary would read `@file`
    return " \\\n  ".join(parts)


def quoted(text: str) -> str:
    r"""A text as one word of a POSIX shell, control characters written by `printf`.

    >>> print(quoted("a b"), quoted("\x1b[201~x"))
    'a b' "$(printf '\033')"'[201~x'
    """
    parts = _CONTROL.split(text)
    words = [_printed(part) if index % 2 else quote(part) for index, part in enumerate(parts) if part]
    return "".join(words) or "''"


def _printed(text: str) -> str:
    octal = "".join(f"\\{byte:03o}" for byte in text.encode())
    return f"\"$(printf '{octal}')\""


def needed_credentials(request: Side | None) -> bool:
    """Whether the request carried a credential, which the command leaves out."""
    return request is not None and any(name.lower() in _CREDENTIALS for name, _ in request.headers)


def _headers(headers: Sequence[tuple[str, str]]) -> list[str]:
    return [f"-H {quoted(f'{name}: {value}')}" for name, value in headers if name.lower() in _KEPT]
