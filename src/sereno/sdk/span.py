"""One step of an application as a context manager."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar, Token
from time import perf_counter_ns, time_ns
from types import TracebackType
from typing import Literal, Self
from urllib.parse import quote

from sereno import conventions
from sereno.sdk import trace
from sereno.sdk.sender import Finished, send

Kind = Literal["internal", "server", "client"]
Value = str | bool | int | float

USER, SESSION = "X-Sereno-User", "X-Sereno-Session"
assert (USER.lower().encode(), SESSION.lower().encode()) == (conventions.USER_HEADER, conventions.SESSION_HEADER)
_current: ContextVar[span | None] = ContextVar("sereno_span", default=None)


class span:  # noqa: N801  used as a function: `with span("answer"):`
    """A step of the application; `with` or `async with`. Steps inside it are its children.

    Args:
        name: what it is, few different ones: `answer`, not `answer 42`.
        user: who asks. Without one that of the step around it.
        session: id of the conversation, likewise.
        parent: the `traceparent` that a request brought along; an invalid one counts as none.
        kind: `server` for a request that is answered, `client` for one that is made.
        attributes: what is known about it; more may be put into `attributes` later.

    Raises:
        ValueError: user or session holds a control character.

    >>> with span("answer", user="ana", session="42") as step:
    ...     sorted(step.headers)
    ['X-Sereno-Session', 'X-Sereno-User', 'traceparent']
    """

    def __init__(
        self,
        name: str,
        *,
        user: str | None = None,
        session: str | None = None,
        parent: str | None = None,
        kind: Kind = "internal",
        attributes: Mapping[str, Value] | None = None,
    ) -> None:
        around = _current.get()
        above = trace.read(parent) or (around.place if around else None)
        self.name = name
        self.kind = kind
        self.user: str | None = user if user is not None or around is None else around.user
        self.session: str | None = session if session is not None or around is None else around.session
        self.attributes: dict[str, Value] = dict(attributes or {})
        self.place: trace.Place = trace.begin() if above is None else trace.below(above)
        self.parent_id = "" if above is None else above.span_id
        self._token: Token[span | None] | None = None
        self._started_ns = self._began = 0
        for what, text in ((USER, self.user), (SESSION, self.session)):
            if text is not None and any(ord(character) < 32 or ord(character) == 127 for character in text):
                raise ValueError(f"{what} cannot be {text[:60]!r}: a header field holds no control characters")

    @property
    def headers(self) -> dict[str, str]:
        """Header fields for calls to models: `extra_headers=step.headers` of the OpenAI and Anthropic clients.

        All ASCII, as some HTTP clients want: other texts are written as RFC 8187 has it, which the gateway undoes.
        """
        fields = {"traceparent": self.place.traceparent}
        if self.user:
            fields[USER] = _ascii(self.user)
        if self.session:
            fields[SESSION] = _ascii(self.session)
        return fields

    def __enter__(self) -> Self:
        self._token = _current.set(self)
        self._started_ns, self._began = time_ns(), perf_counter_ns()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        took = perf_counter_ns() - self._began
        if self._token is not None:
            _current.reset(self._token)
            self._token = None
        if self.place.sampled:
            send(self._finished(took, error))

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, traceback)

    def _finished(self, took_ns: int, error: BaseException | None) -> Finished:
        attributes = dict(self.attributes)
        if self.user:
            attributes.setdefault("user.id", self.user)
        if self.session:
            attributes.setdefault("session.id", self.session)
        if error is not None:  # its text may hold what somebody asked, its type does not
            attributes["error.type"] = type(error).__qualname__
        return Finished(
            name=self.name,
            kind=self.kind,
            trace_id=self.place.trace_id,
            span_id=self.place.span_id,
            parent_id=self.parent_id,
            started_ns=self._started_ns,
            ended_ns=self._started_ns + took_ns,
            attributes=attributes,
            failed=error is not None,
        )


def _ascii(text: str) -> str:
    if text.isascii() and not text.lower().startswith("utf-8''"):
        return text
    return "UTF-8''" + quote(text, safe="!#$&+-.^_`|~", errors="replace")
