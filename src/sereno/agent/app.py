"""The agent's HTTP: chat, feedback, metrics, health. Every error is a problem document (RFC 9457)."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from sereno import span
from sereno.agent.counters import Counters
from sereno.agent.events import Say, streamed
from sereno.agent.memory import Answer, Memory, Turn
from sereno.agent.model import Model, ModelError
from sereno.agent.options import AgentOptions
from sereno.agent.requests import CHAT_EXPECTED, FEEDBACK_EXPECTED, MOST_BODY, Chat, Feedback, read
from sereno.agent.telling import Telling
from sereno.query.problems import PROBLEM_JSON, Problem
from sereno.trust.hosts import host_allowed, is_loopback

MOST_AT_ONCE = 256
"""Messages being answered at once; more get 503."""
_STATUS = {"unreachable": 503, "timeout": 504, "unknown_model": 404, "refused": 502, "failed": 502, "invalid": 502}


class Agent:
    """One agent.

    Args:
        options: what it was told.
        model: whom it asks.
        clock: seconds that only grow.
    """

    def __init__(self, options: AgentOptions, model: Model, clock: Callable[[], float] = monotonic) -> None:
        self._options = options
        self._model = model
        self._clock = clock
        self._counters = Counters()
        self._telling = Telling(model, self._counters.told)
        self._in_flight = 0
        self._behind: bool | None = None
        self._memory = Memory(
            conversations=options.conversations, history=options.history, forget=options.forget, clock=clock
        )

    async def chat(self, request: Request) -> Response:
        """Answer one message."""
        asked = read(await _body(request), Chat, CHAT_EXPECTED)
        if self._in_flight >= MOST_AT_ONCE:
            told = f"{MOST_AT_ONCE} messages are being answered; try again in a moment."
            raise Problem("busy", 503, told, headers={"Retry-After": "1"})
        parent = request.headers.get("traceparent")
        if asked.stream:
            return await streamed(lambda say: self._step(asked, parent, say))
        return await self._step(asked, parent)

    async def feedback(self, request: Request) -> Response:
        """Note what a person thinks of an answer."""
        judged = read(await _body(request), Feedback, FEEDBACK_EXPECTED)
        if judged.thumbs is None and judged.score is None:
            told = "The feedback says nothing."
            raise Problem("wrong-parameter", 400, told, parameter="thumbs", expected=FEEDBACK_EXPECTED)
        answer = self._memory.answer(judged.message_id)
        if answer is None:
            raise Problem("not-found", 404, "There is no such answer, or it was forgotten since.")
        if answer.judged:
            raise Problem("already-judged", 409, "This answer was judged already; the first word counts.")
        answer.judged = True
        self._counters.feedback(judged.thumbs, judged.score)
        self._telling.tell(answer, judged)
        found: dict[str, str | bool | int | float] = {"gen_ai.evaluation.name": "user_feedback"}
        if judged.thumbs is not None:
            found["gen_ai.evaluation.score.label"] = judged.thumbs
        if judged.score is not None:
            found["gen_ai.evaluation.score.value"] = judged.score
        with span("feedback", session=answer.session, parent=answer.traceparent, attributes=found):
            return Response(status_code=204)

    async def metrics(self, request: Request) -> Response:
        """What Prometheus reads."""
        llm = self._options.llm_metrics == "on" or (self._options.llm_metrics == "auto" and await self._counts_itself())
        body, kind = self._counters.exposition(
            request.headers.get("accept", ""), llm=llm, conversations=len(self._memory), in_flight=self._in_flight
        )
        return Response(body, media_type=None, headers={"content-type": kind})

    async def close(self) -> None:
        """Let what is on its way arrive, then close the connections."""
        await self._telling.close()
        await self._model.close()

    async def health(self, _request: Request) -> Response:
        """Whether the agent lives; the model is another matter."""
        return _json({"status": "ok"})

    async def _step(self, asked: Chat, parent: str | None, say: Say | None = None) -> Response:
        """Answer within a span, counted among those in flight."""
        session = asked.session_id or secrets.token_hex(16)
        self._in_flight += 1
        try:
            async with span("chat", user=asked.user, session=session, parent=parent, kind="server") as step:
                step.attributes |= {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "sereno-agent"}
                return await self._answer(asked, session, step, say)
        finally:
            self._in_flight -= 1

    async def _answer(self, asked: Chat, session: str, step: span, say: Say | None) -> Response:
        began = self._clock()
        conversation, new = self._memory.conversation(session)
        if new:
            self._counters.conversation()
        conversation.waiting += 1
        try:
            async with conversation.lock:
                first = [Turn("system", self._options.system)] if self._options.system else []
                turns = [*first, *conversation.turns, Turn("user", asked.message)]
                reply = await self._model.ask(
                    self._options.resolved(asked.model),
                    turns,
                    step.headers,
                    max_tokens=self._options.longest(asked.max_tokens),
                    say=say,
                )
                self._memory.remember(conversation, asked.message, reply.text)
        except ModelError as error:
            self._counters.failed(error, self._clock() - began)
            step.attributes["error.type"] = error.trouble
            return _problem(self._told(error), "/chat")
        finally:
            conversation.waiting -= 1
        seconds = self._clock() - began
        self._counters.answered(reply, seconds)
        message = secrets.token_hex(16)
        self._memory.answered(message, Answer(session, step.place.traceparent, asked.user or ""))
        return _json(
            {
                "response": reply.text, "session_id": session, "message_id": message, "model": reply.model,
                "finish_reason": reply.finish_reason,
                "usage": {"input_tokens": reply.input_tokens, "output_tokens": reply.output_tokens},
                "latency": seconds, "trace_id": step.place.trace_id,
            }
        )  # fmt: skip

    def _told(self, error: ModelError) -> Problem:
        headers = {"Retry-After": "5"} if error.trouble in {"unreachable", "timeout"} else {}
        told = str(error)
        detail = f"{told[:1].upper()}{told[1:]}. The conversation is as it was before this message; send it again."
        return Problem(f"model-{error.trouble.replace('_', '-')}", _STATUS[error.trouble], detail, headers=headers)

    async def _counts_itself(self) -> bool:
        """Whether nobody else counts the calls; asked until the server was reached once."""
        if self._behind is None:
            self._behind = await self._model.behind_sereno()
        return self._behind is False


def create_app(options: AgentOptions) -> Starlette:
    """The agent as a web application."""
    model = Model(options.url, options.key, options.timeout)
    agent = Agent(options, model)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await agent.close()

    def guarded(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answered(request: Request) -> Response:
            _admit(request, options)
            return await handler(request)

        return answered

    async def failed(request: Request, error: Exception) -> Response:
        return _problem(_as_problem(error), request.url.path)

    return Starlette(
        routes=[
            Route("/chat", guarded(agent.chat), methods=["POST"]),
            Route("/feedback", guarded(agent.feedback), methods=["POST"]),
            Route("/metrics", guarded(agent.metrics), methods=["GET"]),
            Route("/healthz", agent.health, methods=["GET"]),
        ],
        exception_handlers=dict.fromkeys((Problem, HTTPException, ClientDisconnect, Exception), failed),
        lifespan=lifespan,
    )


def _admit(request: Request, options: AgentOptions) -> None:
    """Names by which pages of foreign sites could reach this machine are refused, and peers without the token."""
    if not host_allowed(request.headers.get("host", ""), options.allowed_hosts):
        told = "This Host is none of the agent's names; ask by localhost, or add it to agent.allowed_hosts."
        raise Problem("host-not-allowed", 403, told)
    peer = request.client.host if request.client else ""
    if not options.token or is_loopback(peer):
        return
    shown = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(shown.encode(), options.token.encode()):
        told = "From other machines the agent wants its token: send `Authorization: Bearer …` (agent.token)."
        raise Problem("key-required", 401, told, headers={"WWW-Authenticate": 'Bearer realm="sereno-agent"'})


async def _body(request: Request) -> bytes:
    """The body of a JSON request, bounded. A page of another site cannot send this type unasked (CORS)."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        told = "The body must be JSON, sent as Content-Type: application/json."
        raise Problem("wrong-parameter", 415, told, parameter="Content-Type", expected="application/json")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BODY:
            raise Problem("body-too-large", 413, "The body is larger than 1 MiB.", headers={"Connection": "close"})
    return bytes(body)


def _as_problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case HTTPException(status_code=405):
            return Problem(
                "method-not-allowed", 405, "This method is not allowed here.", headers=dict(error.headers or {})
            )
        case HTTPException(status_code=404):
            return Problem("not-found", 404, "POST /chat, POST /feedback, GET /metrics and GET /healthz are here.")
        case _:
            return Problem("internal", 500, "The agent failed on this request; its log says why.")


def _problem(problem: Problem, path: str) -> Response:
    content = msgspec.json.encode(problem.document(path))
    return Response(content, problem.status, headers={**problem.headers, "content-type": PROBLEM_JSON})


def _json(value: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(value), headers={"content-type": "application/json"})
