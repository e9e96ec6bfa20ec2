"""Problem documents (RFC 9457): every error that API and pages answer, with what was wrong and what to do.

`type` is a URN that programs can compare; `docs/api.md` lists them. `parameter` and `expected` are extension
members (RFC 9457 §3.2) that name the wrong query parameter and what it accepts.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec

from sereno.errors import QueryError, StoreError

PROBLEM_JSON = "application/problem+json"
_URN = "urn:sereno:problem:"


class ProblemDocument(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The body of an error answer.

    Attributes:
        type: `urn:sereno:problem:NAME`.
        title: the kind of problem, the same for every occurrence.
        status: HTTP status code.
        detail: what happened this time and what to do.
        parameter: the query parameter that was wrong.
        expected: what it accepts.
        instance: the path that was asked.
    """

    type: str
    title: str
    status: int
    detail: str
    parameter: str | None = None
    expected: str | None = None
    instance: str | None = None


class Problem(Exception):  # noqa: N818  # RFC 9457's word; it is an answer as much as an error
    """An error answer on its way to the client.

    Attributes:
        name: end of the type URN, bounded (`TITLES`).
        status: HTTP status code.
        detail: what happened and what to do.
        parameter, expected: as in `ProblemDocument`.
        headers: header fields that belong to the answer (`Retry-After`, `WWW-Authenticate`, …).
    """

    def __init__(
        self,
        name: str,
        status: int,
        detail: str,
        *,
        parameter: str | None = None,
        expected: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.name = name
        self.status = status
        self.detail = detail
        self.parameter = parameter
        self.expected = expected
        self.headers = dict(headers or {})

    @property
    def title(self) -> str:
        """The title that belongs to the name."""
        return TITLES.get(self.name) or HTTPStatus(self.status).phrase

    def document(self, instance: str) -> ProblemDocument:
        """The document for a request to the path `instance`."""
        return ProblemDocument(
            type=_URN + self.name,
            title=self.title,
            status=self.status,
            detail=self.detail,
            parameter=self.parameter,
            expected=self.expected or None,
            instance=instance,
        )


TITLES: dict[str, str] = {
    "wrong-parameter": "A parameter is wrong",
    "unknown-parameter": "There is no such parameter",
    "not-found": "Not found",
    "method-not-allowed": "This method is not allowed here",
    "host-not-allowed": "This Host name is not allowed",
    "key-required": "A key is required",
    "key-unknown": "The key is not valid",
    "scope-missing": "The key does not allow this",
    "peer-unknown": "The peer's address is not known",
    "other-site": "Another site asked for this",
    "wrong-media-type": "The request body is of another kind",
    "wrong-body": "The request body is wrong",
    "body-too-large": "The request body is too large",
    "rate-limited": "Too many requests",
    "busy": "Too much work at once",
    "query-timeout": "The query took too long",
    "store-unavailable": "The store does not answer",
    "model-unreachable": "The model server does not answer",
    "model-timeout": "The model took too long",
    "model-unknown-model": "There is no such model",
    "model-refused": "The model server refused the call",
    "model-failed": "The model server failed",
    "model-invalid": "The model server answered what it must not",
    "adapter-refused": "The adapter was refused",
    "drift-refused": "The drift monitor refused this",
    "already-judged": "This answer was judged already",
    "internal": "Sereno failed on this request",
}
"""Every problem's name and title."""


def not_found(what: str) -> Problem:
    """404 with a sentence that says what is missing."""
    return Problem("not-found", 404, what)


def from_query_error(error: QueryError) -> Problem:
    """400 for a wrong question, from the error that says which parameter."""
    return Problem("wrong-parameter", 400, str(error), parameter=error.parameter, expected=error.expected)


def query_timeout(what: str) -> Problem:
    """503 for a question that took too long, with a sentence that says which."""
    detail = f"{what} Ask for a shorter time (`start_time`, `end_time`) or for less."
    return Problem("query-timeout", 503, detail, headers={"Retry-After": "5"})


def internal() -> Problem:
    """500 for a fault of our own; what it was is for the log alone."""
    return Problem("internal", 500, "Sereno failed on this request; its log says why.")


def from_store_error(error: StoreError) -> Problem:
    """503 for a store that fails; the store's own sentence is for the operator and goes along."""
    return Problem(
        "store-unavailable",
        503,
        f"{error} The record goes on in the journal; see /readyz.",
        headers={"Retry-After": "5"},
    )
