"""From an exchange to the call it meant. Total: any bytes give a `Call`."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sereno.calls import Call, Exchange, Message, Operation, Timing, Usage, id_text
from sereno.wire import timing, trace
from sereno.wire.answer import Answer
from sereno.wire.body import Read, read_answer
from sereno.wire.conversation import context_thread, linked_thread, thread
from sereno.wire.forms import READERS, Readers
from sereno.wire.identity import identify
from sereno.wire.models import canonical
from sereno.wire.pictures import unseen
from sereno.wire.request import NOTHING, RequestBody, read_request, text
from sereno.wire.routes import Route, classify
from sereno.wire.verdict import judge

MAX_PATH = 200
_FAILED = "decoder failed"
_NOT_READ = Read(Answer(), False, False, b"", ())
_NOTHING_ASKED: tuple[object, ...] = (None, "", [])


def decode(exchange: Exchange, ollama_upstreams: Collection[str] = ()) -> Call:
    """What an exchange meant.

    Never raises; where bodies could not be read as the protocol promises, `decode_error` says why and the call
    holds what is known without them. Time and memory are bounded by the size of the bodies (decoded, at most
    `coding.LIMIT` each).

    Args:
        exchange: as the gateway recorded it, or as the store keeps it.
        ollama_upstreams: names of upstreams known to be Ollama servers, whose model names are canonical in
            Ollama's way whatever API they were asked over.
    """
    route = classify(exchange.method, exchange.target)
    try:
        readers = READERS[route.form]
        return _call(exchange, route, readers, _asked(exchange, route, readers), ollama_upstreams)
    except Exception as error:  # noqa: BLE001 - one call must never stop the others; the reason is kept and counted
        reason = f"{_FAILED}: {type(error).__name__}: {str(error)[:160]}"
        return _call(exchange, route, READERS["none"], _Asked(NOTHING, [], reason), ollama_upstreams)


class _Asked(NamedTuple):
    """A request as far as it could be read: its fields, its messages, and why no more could be."""

    body: RequestBody
    messages: list[Message]
    problem: str | None


def _asked(exchange: Exchange, route: Route, readers: Readers) -> _Asked:
    if route.form == "none":
        return _Asked(NOTHING, [], None)
    body, problem = read_request(exchange)
    return _Asked(body, readers.messages(body, unseen) if readers.messages is not None else [], problem)


def _call(exchange: Exchange, route: Route, readers: Readers, asked: _Asked, ollama_upstreams: Collection[str]) -> Call:
    """The call that request and answer make. Only what is known by name is put together here."""
    body, sent, problem = asked
    read = _NOT_READ if (problem or "").startswith(_FAILED) else read_answer(exchange, readers)
    answer = read.answer
    verdict = judge(exchange, read, readers)
    operation = _operation(route, body, answer, succeeded=verdict.status == "success")
    request_model, model = _models(exchange, route, body, answer, ollama_upstreams)
    conversation, parent = _threads(route, operation, body, sent, answer)
    trace_id, span_id = _trace(exchange)
    return Call(
        id=id_text(exchange.id),
        started_at=exchange.started_ns / 1e9,
        protocol=route.protocol,
        operation=operation,
        route=route.template,
        path=exchange.target[:MAX_PATH],
        method=exchange.method,
        upstream=exchange.upstream,
        request_model=request_model,
        model=model,
        status=verdict.status,
        http_status=exchange.status or None,
        error_type=verdict.error_type,
        error_message=verdict.message,
        finish_reason=answer.finish_reason,
        stream=read.streamed if exchange.status else _asked_to_stream(route, body),
        usage=answer.usage,
        timing=_timing(exchange, read),
        identity=identify(exchange, body),
        chunks=exchange.chunks,
        tool_calls=len(answer.tool_calls) + sum(len(other.tool_calls) for other in answer.others),
        images=sum(len(message.images) for message in sent),
        request_bytes=exchange.request_size,
        response_bytes=exchange.response_size,
        truncated=exchange.request_truncated or exchange.response_truncated,
        decode_error=problem or answer.problem,
        prompt=_prompt(route, sent),
        response=answer.text,
        conversation=conversation,
        parent_conversation=parent,
        trace_id=trace_id,
        span_id=span_id,
        internal=exchange.internal,
    )


def _models(
    exchange: Exchange, route: Route, body: RequestBody, answer: Answer, ollama_upstreams: Collection[str]
) -> tuple[str | None, str | None]:
    """The model's name as asked, and its canonical form; what the answer names only where nothing was asked."""
    asked = text(body.model) or text(body.name) or text(body.source)
    by_ollama = route.protocol == "ollama" or answer.ollama or exchange.upstream in ollama_upstreams
    return asked[:MAX_PATH] if asked else None, canonical(asked or answer.model, ollama=by_ollama)


def _trace(exchange: Exchange) -> tuple[str | None, str | None]:
    return trace.parent(
        value for name, value in exchange.request_headers if len(name) == 11 and name.lower() == b"traceparent"
    )


def _operation(route: Route, body: RequestBody, answer: Answer, *, succeeded: bool) -> Operation:
    """What was asked for; `other` where no model was to run: Ollama's load and unload, rendering only."""
    if route.protocol != "ollama" or route.operation == "other":
        return route.operation
    if answer.idle:
        return "other"
    asks = any(field not in _NOTHING_ASKED for field in (body.messages, body.prompt, body.input, body.images))
    readable = body is not NOTHING and text(body.model) is not None
    return route.operation if asks or not readable or (succeeded and answer.finish_reason is not None) else "other"


def _threads(
    route: Route, operation: Operation, body: RequestBody, sent: list[Message], answer: Answer
) -> tuple[bytes | None, bytes | None]:
    """(`conversation`, `parent_conversation`): by the messages, or by what the protocol lets stand for them."""
    if route.form == "generate" and operation == "text_completion":
        return context_thread(bytes(body.context), answer.context)
    if operation != "chat":
        return None, None
    said = answer.message if answer.text or answer.tool_calls else None
    if route.form == "responses":
        return linked_thread(body, sent, said, answer.link)
    return thread(sent, said)


def _asked_to_stream(route: Route, body: RequestBody) -> bool:
    return body.stream if isinstance(body.stream, bool) else route.streams


def _prompt(route: Route, sent: list[Message]) -> str:
    """The text of the last user message; all texts to embed, all prompts to complete."""
    if route.operation != "chat":
        return "\n".join(message.content for message in sent if message.role == "user")
    return next((message.content for message in reversed(sent) if message.role == "user"), "")


def _timing(exchange: Exchange, read: Read) -> Timing:
    answer: Answer = read.answer
    usage: Usage = answer.usage
    first = timing.arrival(answer.first_content, read.ends, exchange.chunk_times) if read.streamed else None
    return Timing(
        total=exchange.ended_at,
        time_to_first_chunk=first,
        time_per_output_token=timing.per_output_token(exchange.ended_at, first, usage.output_tokens),
        load=answer.load,
        prompt_eval=answer.prompt_eval,
        eval=answer.eval,
        longest_gap=timing.longest_gap(exchange.chunk_times),
    )
