"""Agent, gateway, keeper and collector as processes: one trace from the caller to the model, counted once."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from agent.model_server import model_server
from tracing.collector import http_collector, values


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(true: Callable[[], bool], what: Callable[[], str]) -> None:
    deadline = time.monotonic() + 90
    while not true():
        assert time.monotonic() < deadline, what()
        time.sleep(0.05)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


@contextmanager
def sereno(arguments: Sequence[str], ready: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        child = subprocess.Popen([sys.executable, "-m", "sereno", *arguments], stdout=out, stderr=out)
    try:
        wait_until(lambda: child.poll() is not None or answers(ready), lambda: log.read_text("utf-8", "replace"))
        assert child.poll() is None, log.read_text("utf-8", "replace")
        yield child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
        child.wait(60)


def test_one_trace_from_the_caller_to_the_model(tmp_path: Path) -> None:
    gateway, keeper, port = free_port(), free_port(), free_port()
    caller = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    with model_server() as model, http_collector() as collector:
        tracing = ["--set", f"tracing.endpoint={collector.url}", "--set", "tracing.interval=100ms"]
        up = ["up", "--listen", f"127.0.0.1:{gateway}", "--keeper", f"127.0.0.1:{keeper}", "--upstream", model.url,
              "--data", str(tmp_path / "data"), *tracing]  # fmt: skip
        agent = ["agent", "--agent", f"127.0.0.1:{port}", "--gateway", f"http://127.0.0.1:{gateway}", *tracing]
        with (
            sereno(up, f"http://127.0.0.1:{keeper}/readyz", tmp_path / "up.log"),
            sereno(agent, f"http://127.0.0.1:{port}/healthz", tmp_path / "agent.log"),
        ):
            asked = {"message": "¿quién vive?", "model": "gpt-3.5-turbo", "user": "Núñez", "session_id": "night"}
            answer = httpx.post(
                f"http://127.0.0.1:{port}/chat", json=asked, headers={"traceparent": caller}, timeout=60
            )
            assert answer.status_code == 200, answer.text
            assert answer.json()["model"] == "tiny"
            wait_until(lambda: len(collector.spans) >= 2, lambda: str(collector.requests))
            traced = list(collector.spans)
            judged = {"message_id": answer.json()["message_id"], "thumbs": "up"}
            assert httpx.post(f"http://127.0.0.1:{port}/feedback", json=judged, timeout=60).status_code == 204
            record = f"http://127.0.0.1:{keeper}/sereno/api/feedback"
            wait_until(lambda: bool(httpx.get(record).json()), (tmp_path / "agent.log").read_text)
            (word,) = httpx.get(record).json()
            figures = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    assert (word["score"], word["user"], word["source"]) == (1.0, "Núñez", "agent")
    assert word["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    call, chat = sorted(traced, key=lambda span: span.kind, reverse=True)
    assert (chat.name, call.name) == ("chat", "chat tiny")
    assert chat.trace_id == call.trace_id == bytes.fromhex("4bf92f3577b34da6a3ce929d0e0e4736")
    assert chat.parent_span_id.hex() == "00f067aa0ba902b7"
    assert call.parent_span_id == chat.span_id
    assert chat.start_time_unix_nano <= call.start_time_unix_nano
    assert call.end_time_unix_nano <= chat.end_time_unix_nano + 5_000_000_000  # the gateway may note its end later
    assert (values(call)["user.id"], values(call)["gen_ai.conversation.id"]) == ("Núñez", "night")
    assert values(call)["gen_ai.usage.output_tokens"] == 5
    services = {r.resource.attributes[0].value.string_value for q in collector.requests for r in q.resource_spans}
    assert services == {"sereno", "sereno-agent"}
    assert "agent_messages_total 1" in figures
    assert "llm_requests_total" not in figures  # the gateway counts it


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (["--agent", "0.0.0.0:0"], "agent.token_file=PATH"),
        (["--set", "agent.model_aliases=gpt-4"], "expected NAME=MODEL"),
        (["--gateway", "localhost"], "agent.url"),
    ],
)
def test_wrong_settings_are_told_at_the_start(settings: list[str], told: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sereno", "agent", *settings], capture_output=True, text=True, check=False, timeout=60,
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 2
    assert told in done.stderr


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = subprocess.run(
            [sys.executable, "-m", "sereno", "agent", "--agent", f"127.0.0.1:{taken.getsockname()[1]}"],
            capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path,
        )  # fmt: skip
    assert done.returncode == 2
    assert "cannot listen" in done.stderr
