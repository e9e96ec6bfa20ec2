"""Runs against a scripted server. Client and server share the machine's monotonic clock, so their times enclose."""

from __future__ import annotations

import asyncio
import json
import time
from itertools import pairwise

import pytest

from loadtest.running import plan, run
from loadtest.scripted import DONE, LINE, Asked, Server, chat, piece, plain, stream_head
from sereno.loadtest.profile import read_stages, steady
from sereno.loadtest.run import HOPELESS, Run
from sereno.loadtest.sample import Sample


def test_open_load_sends_at_the_arrivals_whatever_the_server_does(server: Server) -> None:
    server.behaviour = chat(first=0.5)
    samples, ending = run(plan(server.address, model_of_load="open", pattern="constant", profile=steady(20, 1.0)))
    assert sorted(sample.intended for sample in samples) == pytest.approx([n / 20 for n in range(20)])
    assert {sample.status for sample in samples} == {"success"}
    assert server.most_at_once > 5  # it answers in half a second, and 20 come in a second
    assert (ending.reason, ending.cut) == ("time", 0)


def test_what_a_user_waits_encloses_what_the_server_did(server: Server) -> None:
    begun: list[float] = []
    zero: list[float] = []
    scripted = chat(first=0.03, gaps=(0.02, 0.05, 0.02))

    async def timed(asked: Asked, writer: asyncio.StreamWriter) -> None:
        begun.append(time.monotonic())
        await scripted(asked, writer)

    server.behaviour = timed
    made = plan(server.address, requests=8, profile=steady(1, 60.0))
    samples, _ = run(made, lambda running, _: zero.append(running._zero))
    assert len(samples) == 8
    for sample, at in zip(samples, begun, strict=True):
        assert sample.began + zero[0] <= at
        assert sample.ended + zero[0] >= at + 0.119
        assert sample.first_chunk is not None
        assert sample.began + sample.first_chunk + zero[0] >= at + 0.029
        assert sample.first_chunk <= sample.latency
        assert sample.time_per_output_token == pytest.approx((sample.latency - sample.first_chunk) / 3)
        assert (sample.output_tokens, sample.input_tokens, sample.model) == (4, 7, "m:latest")
        assert sample.text == "abbb"
    # A busy machine may be late to read a piece, but not all of them eight times.
    assert max(sum(sample.gaps) for sample in samples) >= 0.08
    assert max(max(sample.gaps) for sample in samples) >= 0.045


def test_a_stall_is_felt_by_all_who_were_due_in_it(server: Server) -> None:
    """Coordinated omission (Tene, "How NOT to Measure Latency"): one place, so nothing can be sent while it stalls."""
    window: list[float] = []

    async def stalling(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if len(server.asked) == 20:
            window.append(time.monotonic())
            await asyncio.sleep(1.5)
            window.append(time.monotonic())
        await chat()(asked, writer)

    server.behaviour = stalling
    zero: list[float] = []
    made = plan(
        server.address, model_of_load="open", pattern="constant", profile=steady(40, 3.5), in_flight=1, timeout=60.0
    )
    samples, _ = run(made, lambda running, _: zero.append(running._zero))
    stalled = [one for one in samples if window[0] <= one.intended + zero[0] <= window[1]]
    assert len(stalled) >= 40  # 1.5 s at 40 a second, less what a busy machine was behind
    for one in stalled:
        assert one.ended + zero[0] >= window[1]
        assert one.latency >= window[1] - (one.intended + zero[0])
    # A test that counts from the sending would have told of the one request that was under way.
    assert len([one for one in samples if one.latency >= 0.75]) >= 20
    assert len([one for one in samples if one.latency - one.delay >= 0.75]) <= 5


def test_closed_users_wait_for_their_answers(server: Server) -> None:
    server.behaviour = chat(first=0.02)
    samples, _ = run(plan(server.address, profile=steady(4, 1.0), think=(0.01, 0.03)))
    assert server.most_at_once <= 4
    assert {sample.user for sample in samples} == {0, 1, 2, 3}
    for user in range(4):
        mine = [sample for sample in samples if sample.user == user]
        assert all(later.intended >= earlier.ended + 0.01 for earlier, later in pairwise(mine))
    assert server.accepted <= 4  # connections are kept


def test_users_come_and_go_with_the_stages(server: Server) -> None:
    server.behaviour = chat(first=0.01)
    profile = read_stages("600ms:0-3,600ms:3-0")
    samples, _ = run(plan(server.address, profile=profile))
    for user in (1, 2):
        mine = [sample.intended for sample in samples if sample.user == user]
        assert min(mine) >= user * 0.2
        assert max(mine) <= 1.2 - user * 0.2 + 0.01


def test_a_conversation_sends_what_was_said_before(server: Server) -> None:
    made = plan(
        server.address, conversations=[("uno", "dos", "tres")], requests=3, profile=steady(1, 60.0), think=(0.01, 0.02)
    )
    samples, _ = run(made)
    assert [sample.turn for sample in samples] == [0, 1, 2]
    bodies = [json.loads(asked.body)["messages"] for asked in server.asked]
    said = [("user", "uno"), ("assistant", "a"), ("user", "dos"), ("assistant", "a"), ("user", "tres")]
    assert [[(one["role"], one["content"]) for one in body] for body in bodies] == [said[:1], said[:3], said]
    assert len({asked.headers["x-sereno-session"] for asked in server.asked}) == 1
    assert {asked.headers["x-sereno-user"] for asked in server.asked} == {"loadtest-0"}
    assert server.asked[0].headers["host"] == server.address.authority


def test_a_run_ends_at_its_number_of_requests(server: Server) -> None:
    for model in ("open", "closed"):
        server.asked.clear()
        samples, ending = run(plan(server.address, model_of_load=model, profile=steady(50, 60.0), requests=33))
        assert (len(samples), len(server.asked), ending.reason) == (33, 33, "requests")


def test_a_server_that_dies_is_told_and_ends_the_run(server: Server) -> None:
    def watch(_running: Run, _sample: Sample) -> None:
        if len(seen) == 5:
            server.die()
        seen.append(1)

    seen: list[int] = []
    made = plan(server.address, model_of_load="open", pattern="constant", profile=steady(30, 600.0), give_up=0.5)
    samples, ending = run(made, watch)
    assert ending.reason == "gone"
    assert ending.seconds < 60
    assert samples[0].status == "success"
    assert {sample.error_type for sample in samples[-3:]} == {"upstream_unreachable"}
    assert "refuses connections" in (samples[-1].error_message or "")


def test_closed_users_do_not_hammer_a_dead_server(server: Server) -> None:
    server.die()
    samples, ending = run(plan(server.address, profile=steady(2, 600.0), give_up=1.2))
    assert ending.reason == "gone"
    assert len(samples) <= 8  # each waits half a second after a refusal


def test_a_server_that_comes_back_is_not_given_up(server: Server) -> None:
    def watch(running: Run, _sample: Sample) -> None:
        calls.append(running.now)
        if len(calls) == 3:
            server.die()
        if len(calls) == 5:
            server.start()

    calls: list[float] = []
    samples, ending = run(plan(server.address, requests=12, profile=steady(1, 600.0), give_up=300.0), watch)
    assert ending.reason == "requests"
    assert samples[-1].status == "success"
    assert {sample.error_type for sample in samples} == {None, "upstream_unreachable"}


def test_a_server_that_refuses_everything_ends_the_run(server: Server) -> None:
    async def refuse(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        await plain(writer, 404, b'{"error":"model \'m\' not found"}')

    server.behaviour = refuse
    samples, ending = run(plan(server.address, profile=steady(1, 600.0)))
    assert ending.reason == "refused"
    assert len(samples) == HOPELESS
    assert (samples[0].error_type, samples[0].http_status) == ("http_4xx", 404)
    assert samples[0].error_message == "model 'm' not found"


def test_a_slow_answer_is_given_up_and_counts_with_its_wait(server: Server) -> None:
    server.behaviour = chat(first=600.0)
    samples, _ = run(plan(server.address, requests=2, profile=steady(2, 60.0), timeout=0.3))
    assert [sample.error_type for sample in samples] == ["upstream_timeout"] * 2
    assert all(sample.timed_out and sample.latency >= 0.3 for sample in samples)
    assert samples[0].http_status == 200  # the head had come


def test_what_finds_no_place_fails_as_not_sent(server: Server) -> None:
    server.behaviour = chat(first=600.0)
    made = plan(
        server.address, model_of_load="open", pattern="constant", profile=steady(10, 0.5), in_flight=1, timeout=0.4
    )
    samples, _ = run(made)
    assert len(samples) == 5
    kinds = [sample.error_type for sample in samples]
    assert "upstream_timeout" in kinds
    assert "not_sent" in kinds
    assert all(sample.timed_out and sample.latency >= 0.35 for sample in samples)


def test_stopping_cuts_what_is_under_way(server: Server) -> None:
    server.behaviour = chat(first=600.0)

    async def go() -> tuple[str, int]:
        running = Run(plan(server.address, profile=steady(3, 600.0), timeout=300.0), lambda _: None)
        work = asyncio.create_task(running.go())
        async with asyncio.timeout(30):
            while len(server.asked) < 3:
                await asyncio.sleep(0.01)
            running.stop()
            ending = await work
        return ending.reason, ending.cut

    assert asyncio.run(go()) == ("interrupted", 3)


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("cut", "truncated_stream"),
        ("no_end", "truncated_stream"),
        ("said", "mid_stream_error"),
        ("500", "http_5xx"),
        ("garbage", "upstream_invalid"),
        ("silent", "upstream_unreachable"),
    ],
)
def test_failures_have_the_names_of_the_record(server: Server, script: str, error: str) -> None:
    async def fail(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        if script == "500":
            await plain(writer, 500, b'{"error":"out of memory"}')
        elif script == "garbage":
            writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        elif script != "silent":
            await stream_head(writer)
            await piece(writer, LINE % b"a")
            if script == "said":
                await piece(writer, b'{"error":"llama runner process has terminated"}\n')
            if script in {"no_end", "said"}:
                writer.write(b"0\r\n\r\n")
        if script in {"cut", "silent"}:
            writer.close()

    server.behaviour = fail
    samples, _ = run(plan(server.address, requests=1, profile=steady(1, 60.0)))
    assert (samples[0].status, samples[0].error_type) == ("error", error)
    assert samples[0].error_message


def test_a_kept_connection_that_was_closed_is_replaced_unnoticed(server: Server) -> None:
    async def once(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        await chat()(_asked, writer)
        writer.close()  # without a word in the head

    server.behaviour = once
    samples, _ = run(plan(server.address, requests=5, profile=steady(1, 60.0)))
    assert [sample.status for sample in samples] == ["success"] * 5


def test_an_agent_is_asked_by_message_and_its_usage_is_read(server: Server) -> None:
    async def agent(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        body = {"response": "hola", "model": "m", "usage": {"prompt_tokens": 3, "completion_tokens": True}}
        await plain(writer, 200, json.dumps(body).encode())

    server.behaviour = agent
    samples, _ = run(plan(server.address, api="agent", model=None, requests=1, profile=steady(1, 60.0)))
    asked = json.loads(server.asked[0].body)
    assert asked == {"message": "hola", "session_id": samples[0].session}
    assert (samples[0].status, samples[0].input_tokens, samples[0].output_tokens) == ("success", 3, None)

    async def page(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        await plain(writer, 200, b"<html>")

    server.behaviour = page
    samples, _ = run(plan(server.address, api="agent", model=None, requests=1, profile=steady(1, 60.0)))
    assert (samples[0].status, samples[0].error_type) == ("error", "upstream_invalid")


def test_the_end_of_a_stream_is_its_own_line(server: Server) -> None:
    async def whole(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        body = LINE % b"a" + DONE % 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n" + body)  # ends by closing
        writer.close()

    server.behaviour = whole
    samples, _ = run(plan(server.address, requests=3, profile=steady(1, 60.0)))
    assert [sample.status for sample in samples] == ["success"] * 3
