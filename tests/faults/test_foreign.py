"""Peers of another network namespace: truly not loopback, whatever their headers and paths pretend."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

StartSereno = Callable[..., Any]

CLIENT = r"""
import base64, json, socket, sys
host, requests = json.load(sys.stdin)
answers = []
for port, request in requests:
    answer = b""
    try:
        with socket.create_connection((host, port), timeout=20) as sock:
            sock.sendall(base64.b64decode(request))
            while data := sock.recv(65536):
                answer += data
    except ConnectionError:
        pass
    answers.append(base64.b64encode(answer).decode())
print(json.dumps(answers))
"""


class Foreign(NamedTuple):
    """A place that is not this machine, as far as addresses tell.

    Attributes:
        address: ours, as seen from there.
        namespace: its name.
    """

    address: str
    namespace: str

    def ask(self, requests: Sequence[tuple[int, bytes]]) -> list[bytes]:
        """Send each request on a connection of its own; the whole answers."""
        told = json.dumps([self.address, [(port, b64encode(request).decode()) for port, request in requests]])
        command = ["ip", "netns", "exec", self.namespace, sys.executable, "-c", CLIENT]
        done = subprocess.run(command, input=told.encode(), capture_output=True, check=True, timeout=120)
        return [b64decode(answer) for answer in json.loads(done.stdout)]


@pytest.fixture
def foreign() -> Iterator[Foreign]:
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("a network namespace needs root and the program `ip`")
    number = os.getpid() % 60_000
    namespace, ours, theirs = f"sereno-{number}", f"sra{number}", f"srb{number}"
    # 198.18.0.0/15 is for tests of devices (RFC 2544); a /30 of it of our own.
    net = f"198.18.{number // 64 % 256}.{number % 64 * 4}"
    first = net.rpartition(".")[0] + "." + str(int(net.rpartition(".")[2]) + 1)
    second = net.rpartition(".")[0] + "." + str(int(net.rpartition(".")[2]) + 2)
    steps = (
        f"ip netns add {namespace}",
        f"ip link add {ours} type veth peer name {theirs}",
        f"ip link set {theirs} netns {namespace}",
        f"ip addr add {first}/30 dev {ours}",
        f"ip link set {ours} up",
        f"ip -n {namespace} addr add {second}/30 dev {theirs}",
        f"ip -n {namespace} link set {theirs} up",
    )
    try:
        for step in steps:
            done = subprocess.run(step.split(), capture_output=True, check=False)
            if done.returncode:
                pytest.skip(f"no network namespace here: {step}: {done.stderr.decode().strip()}")
        yield Foreign(first, namespace)
    finally:
        for step in (f"ip link del {ours}", f"ip netns del {namespace}"):
            with contextlib.suppress(OSError):
                subprocess.run(step.split(), capture_output=True, check=False)


def new_key(data: Path, name: str, scope: str) -> str:
    words = ("keys", "add", name, "--scope", scope, "--data", str(data))
    done = subprocess.run([sys.executable, "-P", "-m", "sereno", *words], capture_output=True, check=True)
    return done.stdout.decode().strip()


def get(host: str, target: str, *lines: str) -> bytes:
    head = (f"GET {target} HTTP/1.1", f"Host: {host}", "Connection: close", *lines)
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n"


OURS = ("/analytics/messages", "/analytics/aggregations", "/sereno", "/sereno/calls.json", "/metrics", "/dashboard",
        "/drift/summary", "/sereno/upstream/default/metrics")  # fmt: skip
FORGED = (
    ("X-Forwarded-For: 127.0.0.1",), ("X-Sereno-Peer: 127.0.0.1",), ("x-sereno-peer: ::1", "X-Sereno-Peer: ::1"),
    ("Forwarded: for=127.0.0.1", "X-Real-IP: 127.0.0.1", "X-Forwarded-Host: localhost"),
    ("Connection: X-Sereno-Peer", "X-Sereno-Peer: 127.0.0.1"), ("Authorization: Bearer sk-sereno-guess",),
    ("X-Sereno-Key: ",), ("X-Sereno-Internal: judge 0",), ("X_Sereno_Peer: 127.0.0.1",),
)  # fmt: skip
TRICKS = (
    "/sereno/../api/tags", "//sereno", "///analytics/messages", "/%73ereno", "/sereno;x", "/sereno%2fcalls.json",
    "/analytics/../../etc/passwd", "/api/../analytics/messages", "/./metrics", "/metrics/", "/metrics%00",
    "/metrics\x00", "/METRICS", "/api/tags/..%2f..%2fmetrics", "/%2e%2e/metrics", "/%2573ereno",
    "/sereno/static/../../x",
    "/sereno%20", "http://localhost/metrics", "/metrics?", "/healthz/../metrics", "/metrics\\x",
    "/analytics\\messages", "*", "metrics", "/sereno/static/%2e%2e/%2e%2e/app.py", "/readyz/metrics",
)  # fmt: skip
RECORD = (b"sereno_build_info", b"marker-of-the-record", b"total_messages", b"<html", b"<!doctype")
"""What only the keeper says; the model server of these tests says none of it."""


def status(answer: bytes) -> int:
    return int(answer[9:12])


def test_only_a_key_opens_anything_to_a_foreign_peer(
    foreign: Foreign, start_sereno: StartSereno, wait_for: Callable[..., Any], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    use, read = new_key(data, "use", "use"), new_key(data, "read", "read")
    sereno = start_sereno(data=data, host="0.0.0.0")  # reached from the other namespace
    gateway, keeper = sereno.port, sereno.keeper_port
    here = f"{foreign.address}:{gateway}"
    asked: list[tuple[int, bytes]] = []
    wanted: list[tuple[str, tuple[int, ...]]] = []

    def expect(port: int, request: bytes, *codes: int) -> None:
        asked.append((port, request))
        wanted.append((f"{'gateway' if port == gateway else 'keeper'} {request!r}", codes))

    for lines in ((), *FORGED):
        for target in ("/api/tags", *OURS):
            expect(gateway, get(here, target, *lines), 400, 401)
        for target in OURS[:-1]:
            expect(keeper, get(f"localhost:{keeper}", target, *lines), 400, 401)
    for target in TRICKS:
        expect(gateway, get(here, target), 400, 401, 403, 404)
        expect(keeper, get("localhost", target), 400, 401, 403, 404)
    for target in ("/api/tags", *OURS):
        expect(gateway, get("evil.example.org", target, f"X-Sereno-Key: {read}"), 403)
    expect(gateway, get(here, "/metrics", f"X-Sereno-Key: {use}"), 403)
    for target in TRICKS:  # with a key that may use models and not read: a refusal, or the model server's answer
        expect(gateway, get(here, target, f"X-Sereno-Key: {use}"), 400, 403, 404, 200)
    closed = len(asked)
    for lines in ((f"X-Sereno-Key: {use}",), (f"Authorization: Bearer {use}",), (f"Authorization: Bearer\t{use}",)):
        expect(gateway, get(here, "/api/tags", *lines), 200)
    basic = b64encode(f"me:{read}".encode()).decode()
    for lines in ((f"X-Sereno-Key: {read}",), (f"Authorization: Bearer\t{read}",), (f"Authorization: Basic {basic}",)):
        for target in ("/analytics/messages", "/sereno", "/metrics"):
            expect(gateway, get(here, target, *lines), 200)
    for target in ("/healthz", "/readyz"):
        expect(gateway, get(here, target), 200)
    expect(gateway, get(here, "/api/tags", f"X-Sereno-Key: {read}"), 403)
    expect(gateway, get(here, "/api/tags", "Authorization: Basic " + b64encode(f"me:{use}".encode()).decode()), 401)
    key_shown = [(gateway, get(here, "/api/tags", f"X-Sereno-Key: {use}"))]
    wait_for(lambda: status(foreign.ask(key_shown)[0] or b"HTTP/1.1 000") == 200, "the keys to reach the gateway")
    answers = foreign.ask(asked)
    wrong = [
        (what, answer[:120]) for (what, codes), answer in zip(wanted, answers, strict=True)
        if status(answer or b"HTTP/1.1 000") not in codes
    ]  # fmt: skip
    assert wrong == []
    told = [(what, word) for (what, _), answer in zip(wanted[:closed], answers, strict=False)
            for word in RECORD if word in answer.lower()]  # fmt: skip
    assert told == []
