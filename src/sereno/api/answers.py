"""Errors as answers: a problem document, or what the pages make of it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from starlette.responses import Response
from starlette.types import Scope

from sereno.query.problems import PROBLEM_JSON, Problem

ProblemRenderer = Callable[[Scope, Problem], Response]
"""Makes the answer of a problem; the pages put theirs in front at `app.state.render_problem`."""


def problem_answer(scope: Scope, problem: Problem) -> Response:
    """The problem document as an answer."""
    body = msgspec.json.encode(problem.document(scope.get("path", "")))
    return Response(body, problem.status, problem.headers, media_type=PROBLEM_JSON)


def render(scope: Scope, problem: Problem) -> Response:
    """The answer as the application wants it: a page for browsers on page addresses, else a document."""
    app = scope.get("app")
    renderer: ProblemRenderer = getattr(app.state, "render_problem", problem_answer) if app else problem_answer
    return renderer(scope, problem)
