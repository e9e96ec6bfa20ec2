"""The SDK's spans: nesting, header fields, errors, and what a collector gets of them."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from math import isnan

import httpx
import pytest

from sereno import span, traced
from sereno.gateway.access import _plain
from sereno.sdk import sender
from sereno.wire.trace import parent as read_by_the_gateway
from tracing.collector import Collected, http_collector, values

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"  # W3C Trace Context §3.2


@pytest.fixture
def collector() -> Iterator[Collected]:
    with http_collector() as running:
        yield running
        sender.configure(None)


@pytest.fixture
def sending(collector: Collected) -> sender.Sender:
    found = sender.configure(collector.url, "shop", {"x-token": "t"})
    assert found is not None
    return found


def test_header_fields_join_a_call_to_its_step() -> None:
    with span("answer", user="ana", session="42") as step:
        assert step.headers == {
            "traceparent": f"00-{step.place.trace_id}-{step.place.span_id}-01",
            "X-Sereno-User": "ana",
            "X-Sereno-Session": "42",
        }
        assert read_by_the_gateway([step.headers["traceparent"].encode()]) == (step.place.trace_id, step.place.span_id)


def test_steps_inside_are_children_and_inherit_who_asks() -> None:
    with span("answer", user="ana", session="42") as outer, span("search", session="43") as inner:
        assert inner.parent_id == outer.place.span_id
        assert inner.place.trace_id == outer.place.trace_id
        assert (inner.user, inner.session) == ("ana", "43")
    with span("next") as after:
        assert (after.parent_id, after.user) == ("", None)


def test_a_request_brings_its_trace_along() -> None:
    with span("chat", parent=TRACEPARENT, kind="server") as step:
        assert (step.place.trace_id, step.parent_id) == ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
    with span("chat", parent=TRACEPARENT[:-2] + "00") as quiet:
        assert quiet.headers["traceparent"].endswith("-00")


@pytest.mark.parametrize("text", ["", "x", TRACEPARENT.upper(), TRACEPARENT + "-x", "ff" + TRACEPARENT[2:],
                                  TRACEPARENT.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0" * 32)])  # fmt: skip
def test_an_invalid_traceparent_begins_a_new_trace(text: str) -> None:
    with span("chat", parent=text) as step:
        assert step.parent_id == ""
        assert re.fullmatch("[0-9a-f]{32}", step.place.trace_id)


@pytest.mark.parametrize("name", ["Ana Núñez", "李", "a\u00a0b", "UTF-8''x", "100%41", "ana@example.org"])
def test_every_name_reaches_the_gateway_as_it_is(name: str) -> None:
    with span("answer", user=name) as step:
        request = httpx.Request("GET", "http://x", headers=step.headers)  # which takes ASCII alone
    assert _plain(request.headers["x-sereno-user"]) == name


@pytest.mark.parametrize("name", ["a\r\nX-Sereno-Key: b", "a\x00", "\x7f"])
def test_no_name_smuggles_a_header_field(name: str) -> None:
    with pytest.raises(ValueError, match="X-Sereno-Session cannot be"):
        span("answer", session=name)


def test_what_a_collector_gets(collector: Collected, sending: sender.Sender) -> None:
    with (
        pytest.raises(KeyError, match="secret"),
        span(
            "answer", user="ana", kind="server", attributes={"n": 1, "x": 0.5, "ok": True, "nan": float("nan")}
        ) as outer,
        span("search"),
    ):
        raise KeyError("a secret")
    sending.close(30)
    inner_span, outer_span = collector.spans
    assert (outer_span.name, outer_span.kind, outer_span.status.code) == ("answer", 2, 2)
    assert outer_span.span_id.hex() == outer.place.span_id
    assert inner_span.parent_span_id == outer_span.span_id
    assert inner_span.start_time_unix_nano >= outer_span.start_time_unix_nano
    assert inner_span.end_time_unix_nano <= outer_span.end_time_unix_nano
    found = values(outer_span)
    assert isnan(found.pop("nan"))
    assert found == {"n": 1, "x": 0.5, "ok": True, "user.id": "ana", "error.type": "KeyError"}
    assert b"secret" not in collector.requests[0].SerializeToString()
    (resource,) = collector.requests[0].resource_spans
    assert resource.resource.attributes[0].value.string_value == "shop"
    assert collector.headers[0]["x-token"] == "t"
    assert (sending.sent, sending.dropped) == (2, 0)


def test_a_trace_that_nobody_records_is_not_sent(collector: Collected, sending: sender.Sender) -> None:
    with span("chat", parent=TRACEPARENT[:-2] + "00"):
        pass
    with span("chat", parent=TRACEPARENT):
        pass
    sending.close(30)
    assert len(collector.spans) == 1


def test_the_decorator(collector: Collected, sending: sender.Sender) -> None:
    @traced
    def plain(x: int) -> int:
        """Doc."""
        return x + 1

    @traced("named", user="ana", attributes={"a": "b"})
    async def waited(x: int) -> int:
        await asyncio.sleep(0)
        return plain(x)

    assert plain(1) == 2
    assert plain.__doc__ == "Doc."
    assert asyncio.run(waited(1)) == 2
    sending.close(30)
    first, inner, outer = collector.spans
    assert (first.name, inner.name, outer.name) == ("plain", "plain", "named")
    assert inner.parent_span_id == outer.span_id
    assert values(inner)["user.id"] == "ana"


def test_a_generator_is_refused_with_what_to_do() -> None:
    with pytest.raises(TypeError, match="use `with span` inside"):

        @traced
        def pieces() -> Iterator[int]:
            yield 1


def test_tasks_do_not_mix_their_steps() -> None:
    async def one(name: str) -> bool:
        async with span(name, user=name) as step:
            await asyncio.sleep(0.001)
            async with span("inner") as inner:
                return inner.parent_id == step.place.span_id and inner.user == name

    async def all_of_them() -> list[bool]:
        return await asyncio.gather(*(one(str(n)) for n in range(20)))

    assert all(asyncio.run(all_of_them()))


HEAVY = {
    "httpx", "typer", "pydantic", "msgspec", "fastapi", "rich", "numpy", "opentelemetry", "google.protobuf", "grpc",
    "json", "http.client", "asyncio",
}  # fmt: skip


def test_the_import_is_light() -> None:
    told = subprocess.run(
        [sys.executable, "-I", "-c", "import sys; from sereno import span\nwith span('x'): pass\nprint(*sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert not HEAVY & set(told.stdout.split())
