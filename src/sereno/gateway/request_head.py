"""The head of a request: strictly RFC 9112, or refused.

Every byte of the head must fit the grammar: no bare CR or LF, no folded lines, no space before a colon, no control
characters, one Host, at most one way to tell the body's length. What is let through is written anew for the model
server, so no other reading of it can arise there (request smuggling, RFC 9112 §11.2).
"""

from __future__ import annotations

import re
from typing import Final

from sereno.gateway import fields as f
from sereno.gateway.refusal import Refusal

TOKEN: Final = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]"
_VISIBLE: Final = rb"[\x21-\x7e\x80-\xff]"

_HEAD: Final = re.compile(
    rb"(" + TOKEN + rb"{1,32}) ([\x21-\x7e]+) HTTP/(\d)\.(\d)\r\n"
    rb"((?:" + TOKEN + rb"+:[\t\x20-\x7e\x80-\xff]*\r\n)*)"
)
"""Request line (RFC 9112 §3) and field lines (§5), each ended by CRLF; the empty line is not part of it."""
FIELD: Final = re.compile(
    rb"(" + TOKEN + rb"+):[ \t]*((?:" + _VISIBLE + rb"+(?:[ \t]+" + _VISIBLE + rb"+)*)?)[ \t]*\r\n"
)
"""One field line of an already valid head: name, value without surrounding white space."""
_HOST: Final = re.compile(rb"(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._~-]{1,255})(?::\d{1,5})?")
_ABSOLUTE: Final = re.compile(rb"(?i:https?)://([^/?#]*)([/?][^#]*)?")
_BROKEN: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|(?<!\r)\n|\r(?!\n|\Z)")
"""What can never become a valid head, seen before its end has come."""

MOST_FIELDS: Final = 200


class RequestHead:
    """A request's head, checked.

    Attributes:
        method: as sent.
        target: as sent.
        path: target in origin form (RFC 9112 §3.2.1), what is forwarded.
        fields: (name, value) in the order sent.
        lines: `Name: value` of the fields that are forwarded as they are.
        host: authority asked for, None on HTTP/1.0 without Host.
        length: Content-Length, None without.
        chunked: whether the body is chunked.
        modern: HTTP/1.1 rather than 1.0.
        keep_alive: whether the client wants the connection to stay.
        expects: whether the client waits for `100 Continue`.
        forwarded_for: the client's own X-Forwarded-For, None without.
        secret: the Sereno key shown, None without.
        guarded: whether a field's value is a credential or ours and must not be written down.
        identity: whether a user or session header is there.
        internal: value of `X-Sereno-Internal`, None without.
    """

    __slots__ = (
        "chunked", "expects", "fields", "forwarded_for", "guarded", "host", "identity", "internal", "keep_alive",
        "length", "lines", "method", "modern", "path", "secret", "target",
    )  # fmt: skip

    method: bytes
    target: bytes
    path: bytes
    fields: list[tuple[bytes, bytes]]
    lines: list[bytes]
    host: bytes | None
    length: int | None
    chunked: bool
    modern: bool
    keep_alive: bool
    expects: bool
    forwarded_for: bytes | None
    secret: str | None
    guarded: bool
    identity: bool
    internal: bytes | None


def parse_request_head(raw: bytes, longest_target: int = 16_384) -> RequestHead:
    """Read a head, given up to and with the CRLF of its last field line, without the empty line.

    Args:
        raw: the bytes of the head.
        longest_target: longest request target taken, in bytes.

    Raises:
        Refusal: the head is not exactly what RFC 9112 describes, or asks for what a gateway does not do.
    """
    match = _HEAD.fullmatch(raw)
    if match is None:
        raise _diagnose(raw)
    head = RequestHead()
    method, target, major, minor, field_lines = match.groups()
    if major != b"1" or minor not in b"01":
        raise Refusal(505, "bad_request", "This gateway speaks HTTP/1.1 and HTTP/1.0; send the request as HTTP/1.1.")
    if len(target) > longest_target:
        raise Refusal(414, "uri_too_long", f"The request target is longer than {longest_target} bytes; shorten it.")
    head.method = method
    head.target = head.path = target
    head.fields = fields = FIELD.findall(field_lines)
    head.modern = modern = minor == b"1"
    head.host = head.length = head.forwarded_for = head.secret = head.internal = None
    head.chunked = head.expects = head.guarded = head.identity = False
    head.keep_alive = modern
    head.lines = lines = []
    known = f.KNOWN
    special = None
    for name, value in fields:
        kind = known.get(name)
        if kind is None:
            kind = f.kind(name)
        if kind == 0:
            lines.append(name + b": " + value)
        elif kind == f.HOST:
            if head.host is not None:
                raise Refusal(400, "bad_request", "The request has two Host headers; send exactly one.")
            if _HOST.fullmatch(value) is None:
                raise Refusal(400, "bad_request", "The Host header is not a name or address with an optional port.")
            head.host = value
        elif kind == f.LENGTH:
            if head.length is not None:
                raise Refusal(400, "bad_request", "The request has two Content-Length headers; send exactly one.")
            head.length = content_length(value)
        elif kind == f.CREDENTIAL:
            head.guarded = True
            lines.append(name + b": " + value)
        else:
            if special is None:
                special = []
            special.append((kind, name, value))
    if special is not None:
        _specials(head, special)
    if head.chunked and head.length is not None:
        raise Refusal(400, "bad_request", "The request has both Content-Length and Transfer-Encoding; send only one.")
    if head.host is None and modern:
        raise Refusal(400, "bad_request", "An HTTP/1.1 request needs a Host header (RFC 9112 §3.2); send one.")
    if target[0] != 47 or method == b"CONNECT" or b"#" in target:  # 47 is "/"
        _other_form(head)
    if len(fields) > MOST_FIELDS:
        raise Refusal(431, "head_too_large", f"The request has more than {MOST_FIELDS} header fields; send fewer.")
    return head


def content_length(value: bytes) -> int:
    """A Content-Length value: digits only (RFC 9110 §8.6), below 10^18; `Refusal` otherwise."""
    if not value.isdigit() or len(value) > 18:
        raise Refusal(400, "bad_request", "Content-Length must be a plain number of bytes, and below 10^18.")
    return int(value)


def broken(partial: bytes, seen: int = 0) -> bool:
    """Whether bytes received so far, without the end of a head, can never become a valid one.

    Args:
        partial: the bytes.
        seen: how many of them were found well before; what stands before a byte is looked at all the same.
    """
    return _BROKEN.search(partial, max(seen - 1, 0)) is not None


def _specials(head: RequestHead, special: list[tuple[int, bytes, bytes]]) -> None:
    """Act on the fields that are more than freight. `Refusal` if they ask for what cannot be."""
    nominated: set[bytes] = set()
    upgrade = b""
    codings = 0
    for kind, name, value in special:
        if kind == f.CONNECTION:
            nominated.update(option.strip().lower() for option in value.split(b","))
        elif kind == f.CODING:
            codings += 1
            if not head.modern or codings > 1 or value.lower() != b"chunked":
                raise Refusal(400, "bad_request", "The only Transfer-Encoding taken is one `chunked`, on HTTP/1.1.")
            head.chunked = True
        elif kind == f.EXPECT:
            if value.lower() != b"100-continue":
                raise Refusal(417, "bad_request", "The only expectation met is `100-continue`.")
            head.expects = head.modern
        elif kind == f.UPGRADE:
            upgrade = value.lower()
        elif kind == f.FORWARDED_FOR:
            head.forwarded_for = value if head.forwarded_for is None else head.forwarded_for + b", " + value
        elif kind == f.KEY:
            if head.secret is not None:
                raise Refusal(400, "bad_request", "The request shows two Sereno keys; send one.")
            head.guarded = True
            head.secret = value.decode("latin-1")
        elif kind == f.AUTHORIZATION:
            head.guarded = True
            head.lines.append(name + b": " + value)
        elif kind == f.PROXY_KEY:
            head.guarded = True
        elif kind == f.IDENTITY:
            head.identity = True
        elif kind == f.INTERNAL:
            head.guarded = True
            head.internal = value
        elif kind == f.LOOKALIKE:
            raise Refusal(
                400, "bad_request", f"The header name {name.decode()} looks like another one; write it with `-`."
            )
    if b"close" in nominated:
        head.keep_alive = False
    elif b"keep-alive" in nominated:
        head.keep_alive = True
    # A client that offers h2c (curl --http2, Java by default) goes on well in HTTP/1.1 (RFC 9110 §7.8 lets a server
    # ignore the offer); one that wants a WebSocket would not.
    if upgrade and b"upgrade" in nominated and upgrade not in (b"h2c", b"h2"):
        raise Refusal(501, "upgrade", "This gateway passes HTTP requests only: no WebSocket, no other Upgrade.")
    if nominated:
        head.lines = [line for line in head.lines if line[: line.index(b":")].lower() not in nominated]


def _other_form(head: RequestHead) -> None:
    """Bring a target that does not begin with `/` into origin form (RFC 9112 §3.2), or refuse it."""
    if head.method == b"CONNECT":
        raise Refusal(405, "upgrade", "This gateway is no tunnel: CONNECT is refused. Send the request itself.")
    if b"#" in head.target:  # RFC 9112 §3.2: no form of a target has a fragment; some servers cut it off, some do not
        raise Refusal(400, "bad_request", "The request target holds a `#`; write it as %23, or leave the fragment out.")
    if head.target == b"*" and head.method == b"OPTIONS":
        return
    match = _ABSOLUTE.fullmatch(head.target)
    if match is None or _HOST.fullmatch(match[1]) is None:
        raise Refusal(400, "bad_request", "The request target must begin with `/` or be an http:// address.")
    # RFC 9112 §3.2.2: the authority of an absolute target replaces Host.
    head.host = match[1]
    rest = match[2] or b"/"
    head.path = rest if rest[:1] == b"/" else b"/" + rest


def _diagnose(raw: bytes) -> Refusal:
    """Why a head does not fit the grammar, in words that help."""
    line, _, rest = raw.partition(b"\r\n")
    if raw[:1] == b"\x16":
        return Refusal(400, "bad_request", "This port speaks plain HTTP; use http:// instead of https://.")
    if line.startswith(b"PRI * HTTP/2"):
        return Refusal(505, "bad_request", "This gateway speaks HTTP/1.1; HTTP/2 is not offered.")
    if _BROKEN.search(raw) is not None:
        return Refusal(400, "bad_request", "The head holds a bare CR or LF or a control character.")
    if _HEAD.fullmatch(line + b"\r\n") is None:
        return Refusal(400, "bad_request", "The request line is not `METHOD target HTTP/1.1`.")
    for field in rest.split(b"\r\n"):
        if field[:1] in (b" ", b"\t"):
            return Refusal(
                400, "bad_request", "A header line is folded over two lines; write it on one (RFC 9112 §5.2)."
            )
        if re.match(TOKEN + rb"+[ \t]+:", field):
            return Refusal(400, "bad_request", "White space stands before the colon of a header; remove it.")
    return Refusal(400, "bad_request", "A header line is not `Name: value`.")
