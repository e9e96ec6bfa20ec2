"""`sereno up` as real processes: ready, recording, draining, refusing, recovering."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from assembly.supervised import ModelServer, Up, eventually

Start = Callable[..., Up]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def chats_counted(base: str) -> list[float]:
    """The values of `llm_requests_total` for successful chats of the test's model."""
    wanted = ("llm_requests_total{", 'model="smollm2:135m"', 'status="success"', 'operation="chat"')
    lines = httpx.get(f"{base}/metrics").text.splitlines()
    return [float(line.split()[-1]) for line in lines if all(word in line for word in wanted)]


def test_a_call_is_seen_by_list_api_and_metrics(up: Start, model_server: str) -> None:
    one = up().wait_ready()
    screen = "\n".join(one.said)
    assert "is up" in screen
    assert f"{model_server}  Ollama 0.24.0, 1 model" in screen
    assert str(one.data) in screen

    answer = one.chat()
    assert [json.loads(line)["done"] for line in answer.text.splitlines()] == [False, True]
    (call,) = eventually(one.recorded, "the call in the store")
    assert (call["prompt"], call["response"], call["model"]) == ("Why is the sky blue?", "Rayleigh", "smollm2:135m")
    assert (call["input_tokens"], call["output_tokens"], call["status"]) == (7, 2, "success")
    for base in (one.gateway, one.keeper):
        messages = httpx.get(f"{base}/analytics/messages").json()
        assert [message["id"] for message in messages] == [call["id"]]
        assert eventually(lambda base=base: chats_counted(base), "the call in the metrics") == [1.0]  # type: ignore[misc]
    detail = json.loads(one.sereno("calls", "show", "last", "--json"))
    assert detail["id"] == call["id"]
    remote = json.loads(one.sereno("calls", "list", "--json", "--url", one.keeper))
    assert remote == [call]
    assert one.stop() == 0


def test_sigterm_lets_a_running_answer_end_and_stores_it(up: Start) -> None:
    one = up().wait_ready()
    ModelServer.may_finish.clear()
    answers: list[httpx.Response] = []
    caller = threading.Thread(target=lambda: answers.append(one.chat("slowly")))
    caller.start()
    assert ModelServer.began.wait(30)
    one.process.send_signal(signal.SIGTERM)
    eventually(lambda: "draining" in one.stderr, "the drain")
    ModelServer.may_finish.set()
    caller.join(30)
    assert json.loads(answers[0].text.splitlines()[-1])["done"] is True
    assert one.process.wait(30) == 0
    assert [call["prompt"] for call in one.recorded()] == ["slowly"]


def test_a_killed_worker_comes_back_with_the_same_settings(up: Start) -> None:
    one = up("--set", "gateway.max_target_bytes=1KiB").wait_ready()
    before = one.children()
    assert set(before) == {"gateway 0", "keeper"}
    os.kill(before["gateway 0"], signal.SIGKILL)
    eventually(lambda: one.children().get("gateway 0") not in {None, before["gateway 0"]}, "the restart")
    assert one.chat().status_code == 200
    assert httpx.get(f"{one.gateway}/api/tags?{'x' * 2000}").status_code == 414
    assert one.children()["keeper"] == before["keeper"]
    assert "gateway 0 was killed by SIGKILL" in one.stderr


def test_children_end_with_a_killed_supervisor_and_its_port_is_free_again(up: Start) -> None:
    one = up("--workers", "2").wait_ready()
    children = one.children()
    assert set(children) == {"gateway 0", "gateway 1", "keeper"}
    one.process.kill()
    one.process.wait(30)
    again = up("--listen", one.gateway.removeprefix("http://"), "--keeper", one.keeper.removeprefix("http://"))
    again.wait_ready()
    eventually(lambda: not any(alive(pid) for pid in children.values()), "the end of the old children")
    assert again.chat().status_code == 200


def test_one_supervisor_a_data_folder(up: Start) -> None:
    one = up().wait_ready()
    other = up()
    assert other.process.wait(30) == 2
    assert "is in use by another `sereno up`" in other.stderr
    assert one.chat().status_code == 200


@pytest.mark.parametrize(("option", "named"), [("--listen", "--listen"), ("--keeper", "--keeper")])
def test_a_taken_port_is_one_sentence(option: str, named: str, up: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        one = up(option, f"127.0.0.1:{port}")
        assert one.process.wait(30) == 2
    said = one.stderr.strip()
    assert str(port) in said
    assert named in said
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1


def test_a_port_that_an_ollama_has_is_told_how_to_move_it(up: Start, model_server: str) -> None:
    address = model_server.removeprefix("http://")
    one = up("--listen", address, "--set", "upstreams.default.url=http://127.0.0.1:9")
    assert one.process.wait(30) == 2
    assert "is taken by an Ollama 0.24.0" in one.stderr
    assert "OLLAMA_HOST=127.0.0.1:11435" in one.stderr


def test_other_machines_need_a_key(up: Start) -> None:
    one = up("--listen", "0.0.0.0:0")
    assert one.process.wait(30) == 2
    assert "sereno keys add" in one.stderr
    one.sereno("keys", "add", "team")
    again = up("--listen", "0.0.0.0:0").wait_ready()
    assert again.gateway.startswith("http://127.0.0.1:")
    assert again.chat().status_code == 200


def test_a_wrong_setting_is_told_before_anything_starts(up: Start) -> None:
    one = up("--set", "gateway.wrokers=2")
    assert one.process.wait(30) == 2
    assert "did you mean gateway.workers?" in one.stderr
    assert not one.data.exists()
