"""A real keeper process: two sockets, who the peer is, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from sereno.calls import Exchange
from sereno.conventions import POLICY_FILE
from sereno.journal.sockets import keeper_socket
from sereno.trust.policy import decode_policy

PROGRAM = """
import json, os, sys
from pathlib import Path
from sereno.keeper.options import KeeperOptions
from sereno.keeper.serve import run
from sereno.errors import SerenoError
from sereno.store.sqlite import SqliteStore

data = Path(sys.argv[1])
parent_fd = int(sys.argv[2]) if len(sys.argv) > 2 else None

def factory(view):
    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": message["type"] + ".complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        if scope["path"] == "/metrics":
            body = view.exposition("")[0]
        elif scope["path"] == "/health":
            health = view.health()
            body = json.dumps({check.name: [check.status, check.detail] for check in health.checks}).encode()
        else:
            names = [name.decode() for name, _ in scope["headers"]]
            body = json.dumps({"peer": scope["sereno.peer"], "headers": names}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})
    return app

try:
    options = KeeperOptions(data=data, port=0, parent_fd=parent_fd)
    sys.exit(run(options, SqliteStore(data / "sereno.db"), factory, ready=lambda host, port: print(port, flush=True)))
except SerenoError as error:
    print("refused:", error, flush=True)
    sys.exit(error.exit_code)
"""


class Process:
    """A keeper on a free port."""

    def __init__(self, data: Path, *, parent_fd: int | None = None) -> None:
        arguments = [str(data), *([str(parent_fd)] if parent_fd is not None else [])]
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments],
            stdout=subprocess.PIPE, text=True, pass_fds=(parent_fd,) if parent_fd is not None else (),
        )  # fmt: skip
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline().strip()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.said}"

    def end(self, number: int = signal.SIGTERM) -> int:
        assert self.process.stdout is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(30)
        self.process.stdout.close()
        return code


@pytest.fixture
def keeper(data: Path) -> Iterator[Process]:
    started = Process(data)
    yield started
    started.end()


def over_unix(data: Path) -> httpx.Client:
    return httpx.Client(transport=httpx.HTTPTransport(uds=str(keeper_socket(data))), base_url="http://keeper")


def test_on_tcp_a_forged_peer_is_ignored_and_removed(keeper: Process) -> None:
    forged = {"X-Sereno-Peer": "10.9.8.7", "X-Forwarded-For": "10.9.8.7", "Forwarded": "for=10.9.8.7"}
    answer = httpx.get(f"{keeper.url}/", headers=forged).json()
    assert answer["peer"] == "127.0.0.1"
    assert "x-sereno-peer" not in answer["headers"]


def test_on_the_unix_socket_the_gateway_says_who_it_is(data: Path, keeper: Process) -> None:
    with over_unix(data) as client:
        told = client.get("/", headers={"X-Sereno-Peer": "10.9.8.7", "X-Forwarded-For": "127.0.0.1"}).json()
        assert told["peer"] == "10.9.8.7"
        assert "x-sereno-peer" not in told["headers"]
        assert client.get("/").json()["peer"] == "unknown"
        twice = [("X-Sereno-Peer", "127.0.0.1"), ("X-Sereno-Peer", "10.9.8.7")]
        assert client.get("/", headers=twice).json()["peer"] == "unknown"


def test_socket_and_folder_are_the_owners_alone(data: Path, keeper: Process) -> None:
    path = keeper_socket(data)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_second_keeper_on_the_same_folder_is_refused(data: Path, keeper: Process) -> None:
    second = Process(data)
    assert second.process.wait(30) == 2
    second.end()
    assert str(keeper.process.pid) in second.said
    assert httpx.get(f"{keeper.url}/").status_code == 200
    with over_unix(data) as client:
        assert client.get("/").status_code == 200


def test_sigterm_ends_it_cleanly(data: Path) -> None:
    keeper = Process(data)
    assert keeper.end() == 0
    assert not keeper_socket(data).exists()


def test_the_parents_end_ends_it(data: Path) -> None:
    read, write = os.pipe()
    keeper = Process(data, parent_fd=read)
    os.close(read)
    assert keeper.said.isdigit()
    os.close(write)
    assert keeper.process.wait(20) == 0
    keeper.end()


def test_what_a_killed_keeper_left_does_not_hinder_the_next(data: Path) -> None:
    first = Process(data)
    assert first.end(signal.SIGKILL) == -signal.SIGKILL
    assert keeper_socket(data).exists()
    second = Process(data)
    with over_unix(data) as client:
        assert client.get("/").status_code == 200
    assert second.end() == 0


def test_a_taken_port_is_named(data: Path) -> None:
    from sereno.errors import ConfigError
    from sereno.keeper.serve import _tcp

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"127\.0\.0\.1:{port}.*--keeper"):
            _tcp("127.0.0.1", port)


def test_an_address_that_others_reach_wants_a_key(data: Path) -> None:
    from sereno.errors import ConfigError
    from sereno.keeper.options import KeeperOptions
    from sereno.keeper.serve import _refuse_open_address
    from sereno.store.keyfile import change_keys
    from sereno.trust.keys import issue

    options = KeeperOptions(data=data, host="0.0.0.0")
    with pytest.raises(ConfigError, match="sereno keys add"):
        _refuse_open_address(options)
    key, _ = issue("ana", ["read"], random=bytes(28), now=0.0)
    change_keys(data, lambda keys: [*keys, key])
    _refuse_open_address(options)
    _refuse_open_address(KeeperOptions(data=data, host="127.0.0.2"))


def test_calls_written_while_it_runs_are_counted_on_metrics(
    data: Path, keeper: Process, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    write([exchange(i, at=i) for i in range(3)])
    deadline = time.monotonic() + 20
    line = 'llm_requests_total{model="smollm2:135m",status="success",operation="chat"} 3'
    while line not in httpx.get(f"{keeper.url}/metrics").text:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    text = httpx.get(f"{keeper.url}/metrics").text
    assert 'llm_requests_total{model="smollm2:135m",status="error",operation="chat"} 0' in text
    assert "sereno_store_calls 3" in text
    assert "sereno_store_up 1" in text
    assert "sereno_journal_unread_bytes 0" in text


def test_health_has_a_sentence_for_each_part(data: Path, keeper: Process) -> None:
    checks = json.loads(httpx.get(f"{keeper.url}/health").content)
    assert checks["store"][0] == "ok"
    assert checks["ingest"][0] == "ok"
    assert checks["gateway"][0] == "degraded"
    assert "sereno up" in checks["gateway"][1]


def test_the_policy_follows_the_keys(data: Path, keeper: Process) -> None:
    from sereno.store.keyfile import change_keys
    from sereno.trust.keys import issue

    path = data / POLICY_FILE
    assert decode_policy(path.read_bytes()).keys == ()
    key, _ = issue("ana", ["use"], random=bytes(28), now=0.0)
    change_keys(data, lambda keys: [*keys, key])
    deadline = time.monotonic() + 20
    while decode_policy(path.read_bytes()).keys != (key,):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert path.stat().st_mode & 0o777 == 0o600
