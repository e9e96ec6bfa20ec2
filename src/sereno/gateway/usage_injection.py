"""Usage for OpenAI streams that did not ask for it: into the request, and out of the answer again.

Token counts come at the end of a stream only with `stream_options.include_usage`. Where the operator wants them
recorded (`inject_usage`), the gateway asks in the client's stead and takes out of the answer what came of it, so that
the client reads the very bytes it would have read. Whatever is not plainly understood stays as it is.

What comes of it, by server (tests/captures; vLLM by its source, OpenAI by its documentation):

- all: one event with `"choices":[]` and `usage` before `[DONE]`;
- llama.cpp: the `timings` of the event with the finish reason move to that one, and are moved back;
- Ollama, /v1/completions: a `usage` of zeros in every other event;
- OpenAI: `"usage":null` in every other event.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from sereno.gateway.request_head import RequestHead
from sereno.gateway.response_head import ResponseHead

LONGEST_BODY: Final = 1 << 20
_PATHS: Final = (b"/v1/chat/completions", b"/v1/completions")
_SIGNED: Final = frozenset({
    b"content-digest", b"repr-digest", b"digest", b"content-md5", b"signature", b"signature-input",
    b"x-amz-content-sha256", b"content-encoding",
})  # fmt: skip
"""Fields that vouch for the body's bytes, or say that they are not JSON."""
_ASK: Final = b',"stream_options":{"include_usage":true}'
_OLLAMA: Final = b'"system_fingerprint":"fp_ollama"'
_ZEROS: Final = b',"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}}'
_NULL: Final = re.compile(rb',"usage":null(?=[,}])')
_FINISHED: Final = re.compile(rb'"finish_reason":\s?"')
_TIMINGS: Final = b',"timings":{'
_BORDER: Final = re.compile(rb"\r\n\r\n|\n\n")
_LONGEST_EVENT: Final = 1 << 16


class _Asked(msgspec.Struct, gc=False):
    stream: Any = None
    stream_options: Any = msgspec.UNSET


class _Event(msgspec.Struct, gc=False):
    choices: list[Any]
    usage: dict[str, Any]


_asked: Final = msgspec.json.Decoder(_Asked)
_event: Final = msgspec.json.Decoder(_Event)


def concerns(head: RequestHead, path: bytes) -> bool:
    """Whether a request may be one to ask usage for, as far as its head tells."""
    if head.method != b"POST" or not head.modern or head.expects or not head.length or head.length > LONGEST_BODY:
        return False
    if not path.partition(b"?")[0].endswith(_PATHS):
        return False
    json = False
    for name, value in head.fields:
        lowered = name.lower()
        if lowered in _SIGNED or (lowered == b"authorization" and value.startswith(b"AWS4")):
            return False
        if lowered == b"content-type":
            json = value.partition(b";")[0].strip().lower() == b"application/json"
    return json


def offered_codings(head: RequestHead) -> bool | None:
    """Whether the client takes a coded answer; None if it does not say, which lets a server choose."""
    offered = [value for name, value in head.fields if name.lower() == b"accept-encoding"]
    if not offered:
        return None
    return any(value.strip().lower() != b"identity" for value in offered)


def with_usage(body: bytes) -> bytes | None:
    """The body of a request, asking for usage; None if it asks already, does not stream, or is in any way odd."""
    end = body.rstrip(b" \t\r\n")
    if not end.endswith(b"}") or body.count(b'"stream"') != 1 or b'"stream_options"' in body:
        return None
    try:
        asked = _asked.decode(body)
    except (ValueError, RecursionError):
        return None
    if asked.stream is not True or asked.stream_options is not msgspec.UNSET:
        return None
    return end[:-1] + _ASK + body[len(end) - 1 :]


class UsageInjection:
    """What is known of one server: whether it can be asked for usage without the client noticing."""

    __slots__ = ("_coded", "_plain", "_refused")

    def __init__(self) -> None:
        self._coded = False
        self._plain = False
        self._refused = False

    def wanted(self, head: RequestHead, path: bytes) -> bool:
        """Whether a request may be made to ask, as far as its head and the server's earlier answers tell.

        A coded answer cannot be changed; so a client that takes codings is served unchanged until this server has
        shown that it streams without them.
        """
        if self._refused or not concerns(head, path):
            return False
        return not offered_codings(head) or (self._plain and not self._coded)

    def change(self, head: RequestHead, answer: ResponseHead, *, asked: bool, plainly: bool) -> UsageFilter | None:
        """What takes out of an answer what came of asking, None where nothing is to be changed.

        Args:
            head: the request's head.
            answer: the answer's head, from which is learned.
            asked: whether the request was made to ask.
            plainly: whether it was refused when it did, and sent again as the client wrote it.
        """
        if plainly and answer.status < 400:
            self._refused = True
        kind, coding, openai = b"", b"", False
        for name, value in answer.fields:
            lowered = name.lower()
            if lowered == b"content-type":
                kind = value.partition(b";")[0].strip().lower()
            elif lowered == b"content-encoding":
                coding = value.strip().lower()
            elif lowered == b"openai-version":
                openai = True
        if answer.status != 200 or kind != b"text/event-stream":
            return None
        if coding not in (b"", b"identity"):
            self._coded = True
            return None
        if offered_codings(head):
            self._plain = True
        return UsageFilter(nulls=openai) if asked else None


class UsageFilter:
    """Takes out of a streamed answer what came of asking for usage; fed with the body in pieces of any size.

    Only whole events are passed on. The one with the finish reason waits for the next, which servers send at once.

    Args:
        nulls: whether `"usage":null` is there only because usage was asked for (OpenAI).
    """

    __slots__ = ("_finish", "_held", "_nulls", "_open")

    def __init__(self, *, nulls: bool = False) -> None:
        self._held = b""
        self._finish = b""
        self._nulls = nulls
        self._open = False

    def feed(self, data: bytes) -> bytes:
        """What the client gets of these bytes and those held before."""
        seen = max(0, len(self._held) - 3)  # where a border may have begun
        data = self._held + data
        out: list[bytes] = []
        at = 0
        for border in _BORDER.finditer(data, seen):
            self._event(data[at : border.end()], out)
            at = border.end()
        self._held = data[at:]
        if len(self._held) > _LONGEST_EVENT:  # no usage event is that long
            out.append(self._release() + self._held)
            self._held = b""
            self._open = True
        return b"".join(out)

    def finish(self) -> bytes:
        """What is still held when the answer ends."""
        rest = self._release() + self._held
        self._held = b""
        return rest

    def _release(self) -> bytes:
        held, self._finish = self._finish, b""
        return held

    def _event(self, event: bytes, out: list[bytes]) -> None:
        if self._open:  # the rest of an event whose beginning was passed on
            self._open = False
            out.append(event)
            return
        if b'"usage"' in event:
            if self._is_usage(event):
                self._move_timings(event)
                return
            event = self._without_empty_usage(event)
        out.append(self._release())
        if _FINISHED.search(event) is not None:
            self._finish = event
        else:
            out.append(event)

    def _is_usage(self, event: bytes) -> bool:
        line = event.rstrip(b"\r\n")
        if not line.startswith(b"data:") or b"\n" in line:
            return False
        try:
            return not _event.decode(line[5:]).choices
        except (ValueError, RecursionError):
            return False

    def _move_timings(self, event: bytes) -> None:
        line = event.rstrip(b"\r\n")
        at = line.rfind(_TIMINGS)
        if at >= 0 and line.endswith(b"}}") and self._finish:
            finish = self._finish.rstrip(b"\r\n")
            self._finish = finish[:-1] + line[at:] + self._finish[len(finish) :]

    def _without_empty_usage(self, event: bytes) -> bytes:
        if self._nulls:
            return _NULL.sub(b"", event, 1)
        line = event.rstrip(b"\r\n")
        if line.endswith(_ZEROS) and _OLLAMA in line:
            return line[: -len(_ZEROS)] + b"}" + event[len(line) :]
        return event
