"""Calls to a real model through a real gateway stand in a real Jaeger as the conventions say."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest

from dashboards.stack import MODEL, PATIENCE, child, free, until
from parts.built import built

pytestmark = [pytest.mark.slow, pytest.mark.acceptance, pytest.mark.timeout(400)]

CALLER_SPAN = "b7ad6b7169203331"
"""The example of W3C Trace Context §3.2."""
PORTS = (
    "collector.grpc-server.host-port", "collector.http-server.host-port", "query.grpc-server.host-port",
    "admin.http.host-port", "http-server.host-port", "processor.jaeger-compact.server-host-port",
    "processor.jaeger-binary.server-host-port", "processor.zipkin-compact.server-host-port",
)  # fmt: skip
"""What else Jaeger listens on: anything free."""


class Jaeger(NamedTuple):
    """Where it listens.

    Attributes:
        query: HOST:PORT of its API.
        otlp: HOST:PORT of OTLP by protocol.
    """

    query: str
    otlp: dict[str, str]

    def ask(self, path: str) -> Any:
        try:
            with urlopen(f"http://{self.query}{path}", timeout=PATIENCE) as answer:
                return json.load(answer)["data"]
        except HTTPError as error:
            if error.code == 404:  # the trace is not there yet
                return []
            raise

    def span(self, trace: str) -> dict[str, Any]:
        """The one span of a trace, with its service and its tags by name."""
        until(lambda: self.ask(f"/api/traces/{trace}"), f"trace {trace}")
        (found,) = self.ask(f"/api/traces/{trace}")
        (span,) = found["spans"]
        process = found["processes"][span["processID"]]
        return {
            **span,
            "tags": {tag["key"]: tag["value"] for tag in span["tags"]},
            "service": process["serviceName"],
        }


@pytest.fixture(scope="module")
def jaeger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jaeger]:
    folder = tmp_path_factory.mktemp("jaeger")
    found = Jaeger(free(), {"http": free(), "grpc": free()})
    admin = free()
    listens = {name: free() for name in PORTS} | {
        "admin.http.host-port": admin,
        "query.http-server.host-port": found.query,
        "collector.otlp.http.host-port": found.otlp["http"],
        "collector.otlp.grpc.host-port": found.otlp["grpc"],
    }
    command: list[str | Path] = [built("jaeger"), *(f"--{name}={at}" for name, at in listens.items())]
    with child(command, f"http://{admin}/", folder / "jaeger.log"):
        yield found


@pytest.fixture(scope="module", params=["http", "grpc"])
def gateway(request: pytest.FixtureRequest, jaeger: Jaeger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A gateway whose keeper sends spans by this protocol, in front of the demo's model."""
    folder, protocol = tmp_path_factory.mktemp("sereno"), request.param
    model, at, keeper = free(), free(), free()
    serve = [sys.executable, "-m", "sereno", "demo", "--serve", model.rpartition(":")[2]]
    up: list[str | Path] = [sys.executable, "-m", "sereno", "up", "--config", "none", "--data", folder / "data"]
    up += ["--listen", at, "--keeper", keeper, "--upstream", f"http://{model}"]
    chosen = {"endpoint": f"http://{jaeger.otlp[protocol]}", "protocol": protocol, "service": f"models-{protocol}"}
    up += [word for name, value in chosen.items() for word in ("--set", f"tracing.{name}={value}")]
    with ExitStack() as stack:
        stack.enter_context(child(serve, f"http://{model}/api/version", folder / "model.log"))
        stack.enter_context(child(up, f"http://{keeper}/readyz", folder / "up.log"))
        yield at


def post(gateway: str, path: str, body: object, **headers: str) -> tuple[int, bytes]:
    request = Request(f"http://{gateway}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
    for name, value in headers.items():
        request.add_header(name, value)
    try:
        with urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        with error:
            return error.code, error.read()


def recorded(gateway: str, trace: str) -> dict[str, Any]:
    """The call in Sereno's own record."""

    def found() -> list[dict[str, Any]]:
        with urlopen(f"http://{gateway}/analytics/messages?limit=100", timeout=PATIENCE) as answer:
            return [call for call in json.load(answer) if call["trace_id"] == trace]

    until(found, f"the call of trace {trace}")
    return found()[0]


CHAT = {
    "model": MODEL,
    "messages": [{"role": "user", "content": "Why is the sky blue?"}],
    "options": {"num_predict": 8, "seed": 1, "temperature": 0.5},
}


def test_a_streamed_chat_is_the_child_of_its_caller(gateway: str, jaeger: Jaeger) -> None:
    trace = uuid4().hex
    before = time.time()
    status, body = post(gateway, "/api/chat", CHAT, traceparent=f"00-{trace}-{CALLER_SPAN}-01")
    after = time.time()
    assert status == 200
    last = json.loads(body.splitlines()[-1])

    span = jaeger.span(trace)

    assert span["operationName"] == f"chat {MODEL}"
    assert [(one["refType"], one["traceID"], one["spanID"]) for one in span["references"]] == [
        ("CHILD_OF", trace, CALLER_SPAN)
    ]
    assert before * 1e6 <= span["startTime"]
    assert span["startTime"] + span["duration"] <= after * 1e6
    tags = span["tags"]
    assert span["duration"] >= last["total_duration"] / 1000, "the model's own time is inside"
    assert tags["span.kind"] == "client"
    assert tags["gen_ai.operation.name"] == "chat"
    assert tags["gen_ai.provider.name"] == "ollama"
    assert tags["gen_ai.request.model"] == MODEL
    assert tags["gen_ai.response.model"] == MODEL
    assert tags["gen_ai.request.temperature"] == 0.5
    assert tags["gen_ai.request.seed"] == 1
    assert tags["gen_ai.request.max_tokens"] == 8
    assert tags["gen_ai.request.stream"] is True
    assert tags["gen_ai.usage.input_tokens"] == last["prompt_eval_count"]
    assert tags["gen_ai.usage.output_tokens"] == last["eval_count"]
    assert json.loads(tags["gen_ai.response.finish_reasons"]) == [last["done_reason"]]
    assert 0 < tags["gen_ai.response.time_to_first_chunk"] <= span["duration"] / 1e6
    assert tags["http.response.status_code"] == 200
    assert "error" not in tags
    assert "Why is the sky blue?" not in json.dumps(span), "content is off unless asked for"
    assert span["service"].startswith("models-")
    assert tags["sereno.call.id"] == recorded(gateway, trace)["id"]


def test_a_refused_chat_is_an_error_with_the_servers_words(gateway: str, jaeger: Jaeger) -> None:
    trace = uuid4().hex
    status, body = post(
        gateway, "/api/chat", {**CHAT, "model": "nobody:1b"}, traceparent=f"00-{trace}-{CALLER_SPAN}-01"
    )
    assert status == 404

    span = jaeger.span(trace)

    assert span["operationName"] == "chat nobody:1b"
    assert span["tags"]["error"] is True
    assert span["tags"]["otel.status_code"] == "ERROR"
    assert span["tags"]["otel.status_description"] == json.loads(body)["error"]
    assert span["tags"]["error.type"] == "http_4xx"
    assert span["tags"]["http.response.status_code"] == 404


def test_without_a_caller_the_call_is_a_trace_of_its_own(gateway: str, jaeger: Jaeger) -> None:
    body = {"model": MODEL, "messages": CHAT["messages"], "max_tokens": 4, "user": f"nobody-{uuid4().hex}"}
    assert post(gateway, "/v1/chat/completions", body)[0] == 200

    def mine() -> list[dict[str, Any]]:
        with urlopen(f"http://{gateway}/analytics/messages?user={body['user']}", timeout=PATIENCE) as answer:
            found: list[dict[str, Any]] = json.load(answer)
            return found

    until(mine, "the call in the record")
    call = mine()[0]

    span = jaeger.span(call["id"].replace("-", ""))

    assert span["references"] == []
    assert span["tags"]["gen_ai.usage.output_tokens"] == call["output_tokens"]
    assert span["tags"]["gen_ai.provider.name"] == "openai"
    assert abs(span["duration"] / 1e6 - call["latency"]) < 0.001
