"""A whole Sereno looked at by a thief: marked credentials, file modes, log forging; nothing of them may show."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sereno.conventions import KEY_PREFIX
from sereno.journal.sockets import keeper_socket

StartSereno = Callable[..., Any]
WaitFor = Callable[..., Any]

ANSWER_MARKS = ("mark-set-cookie-51", "mark-location-52", "mark-answer-token-53")
RECEIVED: list[bytes] = []


class _Model(BaseHTTPRequestHandler):
    """Answers any request as Ollama answers a chat, with credentials in its own headers; keeps what it was sent."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        RECEIVED.append(self.requestline.encode("latin-1") + b"\r\n" + str(self.headers).encode("latin-1", "replace"))
        asked = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        model = json.loads(asked)["model"] if asked else "tiny:latest"
        last: dict[str, Any] = {
            "model": model, "created_at": "2026-01-01T00:00:00Z", "message": {"role": "assistant", "content": "hello"},
            "done": True, "done_reason": "stop", "total_duration": 5, "load_duration": 1, "prompt_eval_count": 7,
            "prompt_eval_duration": 1, "eval_count": 1, "eval_duration": 2, "models": [],
        }  # fmt: skip
        data = json.dumps(last).encode()
        self.send_response(302 if "/redirect" in self.path else 200)
        self.send_header("Set-Cookie", f"session={ANSWER_MARKS[0]}; HttpOnly")
        self.send_header("Location", f"http://model.test/next?token={ANSWER_MARKS[1]}&page=2")
        self.send_header("X-Refresh-Token", ANSWER_MARKS[2])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_GET  # noqa: N815 - the library's name

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def model_server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Model)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def ask(port: int, target: str, *lines: str, model: str | None = "tiny:latest") -> bytes:
    """One request as raw bytes on a connection of its own; the whole answer. `model` None asks by GET."""
    body = b""
    if model is not None:
        body = json.dumps(
            {"model": model, "stream": False, "messages": [{"role": "user", "content": "howdy"}]}
        ).encode()
    head = [f"{'GET' if model is None else 'POST'} {target} HTTP/1.1", "Host: localhost", "Connection: close", *lines]
    if body:
        head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as sock, contextlib.suppress(ConnectionError):
        sock.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)
        while data := sock.recv(65536):
            received += data
    return received


def status(answer: bytes) -> int:
    return int(answer[9:12])


def sereno_command(*words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-P", "-m", "sereno", *words], capture_output=True, check=False, timeout=60)


def files(*tops: Path) -> Iterator[tuple[Path, bytes]]:
    for top in tops:
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            if path.is_file():
                yield path, path.read_bytes()


def found(marks: list[str], where: Iterator[tuple[Path, bytes]]) -> list[str]:
    return [f"{mark} in {path}" for path, data in where for mark in marks if mark.encode() in data]


def basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


REQUESTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("/api/chat", ("Authorization: Bearer mark-bearer-01",)),
    ("/api/chat", ("Authorization: Bearer\tmark-tab-02",)),
    ("/api/chat", ("Authorization: " + basic("user-mark-03", "mark-basic-04"),)),
    ("/api/chat", ("Proxy-Authorization: Bearer mark-proxy-05",)),
    ("/api/chat", ("x-api-key: mark-anthropic-06",)),
    ("/api/chat", ("api-key: mark-azure-07", "X-Goog-Api-Key: mark-google-08")),
    ("/api/chat", ("Cookie: a=1; session=mark-cookie-09",)),
    ("/api/chat", ("X-Auth-Token: mark-auth-10", "X_Secret: mark-secret-11", "My-Password: mark-password-12")),
    ("/api/chat?api_key=mark-query-13&key=mark-query-14&x=1", ()),
    ("/api/chat?token=mark-query-15;access_token=mark-query-16", ()),
    ("/api/chat?%6bey=mark-query-17&KEY=mark-query-18&api%5Fkey=mark-query-19", ()),
    ("/redirect?a=b&sig=mark-query-20", ("Referer: http://user:mark-referer-21@app.test/?key=mark-referer-22",)),
    ("/api/chat", ("Origin: http://user:mark-origin-23@app.test", "Forwarded: for=x?token=mark-forwarded-24")),
    ("/api/chat", ("X-Sereno-Internal: judge mark-internal-25",)),
)
REFUSED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("http://user:mark-userinfo-31@localhost/api/chat", ()),
    ("/api/chat", ("X-Sereno-Key: mark-wrong-32",)),
    ("/api/chat", (f"Authorization: Bearer\t{KEY_PREFIX}mark-wrong-33",)),
    ("/api/chat", (f"x-api-key: {KEY_PREFIX}mark-wrong-34",)),
    ("/api/chat?key=mark-broken-35", ("Bad Name: mark-broken-36",)),
    ("/%73ereno?key=mark-broken-37", ()),
)


def marks_of(*requests: tuple[str, tuple[str, ...]]) -> list[str]:
    """Every mark, and the base64 text of HTTP Basic."""
    words = " ".join(" ".join((target, *lines)) for target, lines in requests)
    for sign in "=&;:@?/\t":
        words = words.replace(sign, " ")
    found = [word for word in words.split() if "mark-" in word]
    return [*found, "user-mark-03", "mark-basic-04", basic("user-mark-03", "mark-basic-04").split()[1].rstrip("=")]


def test_no_credential_is_written_or_shown_anywhere(start_sereno: StartSereno, wait_for: WaitFor) -> None:
    sereno = start_sereno("--set", "log.level=debug")
    added = sereno_command("keys", "add", "ann", "--scope", "use", "--scope", "read", "--data", str(sereno.data))
    secret = added.stdout.decode().strip()
    assert secret.startswith(KEY_PREFIX), added.stderr
    own = ("Authorization: " + basic("me", secret), f"Authorization: Bearer\t{secret}", f"X-Sereno-Key: {secret}")
    wait_for(lambda: status(ask(sereno.port, "/api/chat", own[2])) == 200, "the key's arrival at the gateway")
    (keeper,) = sereno.pids("keeper")
    marks = [*marks_of(*REQUESTS, *REFUSED), *ANSWER_MARKS, secret, b64encode(f"me:{secret}".encode()).decode()[4:-4]]
    assert len(marks) == len(set(marks)) > 35
    RECEIVED.clear()
    os.kill(keeper, signal.SIGSTOP)  # what the journal holds is seen before it is stored and deleted
    try:
        for target, lines in REQUESTS:
            assert status(ask(sereno.port, target, *lines)) in (200, 302), (target, lines)
        for target, lines in REFUSED:
            assert status(ask(sereno.port, target, *lines)) in (400, 401), (target, lines)
        for line in own:
            assert status(ask(sereno.port, "/api/chat", line)) == 200
        received = b"".join(RECEIVED)
        passed = [mark for mark in marks_of(*REQUESTS) if mark.encode() in received]
        assert len(passed) >= 20, "the model server gets what is its own"
        assert KEY_PREFIX.encode() not in received
        assert b64encode(f"me:{secret}".encode()) not in received, "a Sereno key is not the model server's to see"

        def journal() -> bytes:
            return b"".join(data for _, data in files(sereno.data / "journal"))

        wait_for(lambda: journal().count(b"howdy") >= len(REQUESTS) + len(own), "the records in the journal")
        assert found(marks, files(sereno.data, sereno.log)) == []
    finally:
        os.kill(keeper, signal.SIGCONT)
    for line in own:
        for port in (sereno.port, sereno.keeper_port):
            assert status(ask(port, "/analytics/messages?key=mark-own-41", line, model=None)) in (200, 400, 422)
            assert status(ask(port, "/sereno?token=mark-own-42", line, model=None)) in (200, 400, 422)
    sereno.wait_ingested()
    marks += ["mark-own-41", "mark-own-42"]
    assert found(marks, files(sereno.data, sereno.log)) == []
    shown: list[tuple[Path, bytes]] = []
    messages = sereno.messages()
    assert len(messages) >= len(REQUESTS) - 1 + len(own)
    for message in messages:
        for path in (f"/analytics/messages/{message['id']}", f"/sereno/calls/{message['id']}"):
            code, text, _ = sereno.get(path)
            assert code == 200, (path, text)
            shown.append((Path(path), text.encode()))
    for message in messages[::5]:  # each is a process; all say what the API says
        told = sereno_command("calls", "show", message["id"], "--data", str(sereno.data))
        assert told.returncode == 0, told.stderr
        shown.append((Path("calls show"), told.stdout + told.stderr))
    pages = ("/sereno", "/sereno/calls", "/metrics", "/analytics/messages", "/sereno/calls.json")
    shown += [(Path(path), sereno.get(path)[1].encode()) for path in pages]
    assert found(marks, iter(shown)) == []
    assert sereno.stop() == 0
    assert found(marks, files(sereno.data, sereno.log)) == []


def test_nothing_in_the_data_folder_is_open_to_others(start_sereno: StartSereno) -> None:
    before = os.umask(0)
    try:
        sereno = start_sereno()
        added = sereno_command("keys", "add", "ann", "--data", str(sereno.data))
        assert added.returncode == 0, added.stderr
        assert status(ask(sereno.port, "/api/chat")) == 200
        sereno.wait_ingested()
        everything = [sereno.data, *sereno.data.rglob("*")]
        open_to_others = [
            f"{stat.filemode(path.lstat().st_mode)} {path}" for path in everything if path.lstat().st_mode & 0o077
        ]
        assert {"keys.json", "sereno.db", "salt", "policy.msgpack", "keeper.sock"} <= {path.name for path in everything}
        assert open_to_others == []
    finally:
        os.umask(before)


def _refused(data: Path, model_server: str) -> str:
    """What `sereno up` says when it will not start."""
    ended = sereno_command(
        "up", "--listen", "127.0.0.1:0", "--keeper", "127.0.0.1:0", "--upstream", model_server, "--data", str(data)
    )
    said = ended.stderr.decode()
    assert ended.returncode != 0, said
    assert "Traceback" not in said
    return said


def test_a_run_folder_that_is_a_link_is_refused(tmp_path: Path, model_server: str) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (data / "run").symlink_to(tmp_path / "elsewhere")
    assert f"{data / 'run'} is a link" in _refused(data, model_server)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="making another user's folder needs root")
def test_a_socket_folder_of_another_user_is_refused(tmp_path: Path, model_server: str) -> None:
    data = tmp_path / ("long" * 25) / "data"
    data.mkdir(mode=0o700, parents=True)
    folder = keeper_socket(data).parent
    assert folder.parent != data, "a path too long for a socket"
    folder.mkdir(mode=0o777)
    try:
        os.chown(folder, 65534, 65534)
        said = _refused(data, model_server)
        assert f"{folder} is not this user's own folder (owner uid 65534)" in said
        assert list(folder.iterdir()) == []
    finally:
        folder.rmdir()


def test_control_characters_forge_no_line(start_sereno: StartSereno) -> None:
    evil = "\r\nFORGED line\x1b[31m\x9b2J\x00\u2028FORGED"
    sereno = start_sereno("--set", "log.level=debug")
    assert status(ask(sereno.port, "/api/chat", model="tiny" + evil)) == 200
    assert status(ask(sereno.port, "/api/chat", "X-Sereno-User: a\u009b31m\u2028FORGED")) == 200
    assert status(ask(sereno.port, "/api/chat?x=%0d%0aFORGED%1b[31m", "User-Agent: \u009bFORGED")) == 200
    for line in ("X: a\x1b[31m", "X: a\nFORGED: b", "X: a\rFORGED: b", "X: \x00"):
        assert status(ask(sereno.port, "/api/chat", line)) == 400
    for target in ("/\x1b[31mFORGED", "/a\rFORGED", "/\x00", "/a\nFORGED"):
        assert status(ask(sereno.port, target)) == 400
        answer = ask(sereno.keeper_port, "/sereno" + target, model=None)
        assert status(answer) == 400
    for port in (sereno.port, sereno.keeper_port):
        answer = ask(port, "/sereno/calls/%0d%0aFORGED:%20x%1b[31m", model=None)
        head = answer.partition(b"\r\n\r\n")[0]
        assert status(answer) in (400, 404, 422)
        assert b"\nFORGED" not in head
        assert b"\x1b" not in answer
    sereno.wait_ingested()
    messages = sereno.messages()
    assert len(messages) == 3
    said = [sereno.log.read_bytes()]
    for words in (("list",), *(("show", message["id"]) for message in messages)):
        told = sereno_command("calls", *words, "--data", str(sereno.data))
        assert told.returncode == 0, told.stderr
        assert told.stdout
        said.append(told.stdout + told.stderr)
    for text in said:
        assert b"\x1b" not in text
        assert b"\xc2\x9b" not in text
        assert b"\xe2\x80\xa8" not in text
        assert not [line for line in text.decode().splitlines() if line.startswith("FORGED")], text.decode()


def test_strict_on_a_full_disk_releases_the_answer_and_counts_it(
    start_sereno: StartSereno, wait_for: WaitFor, small_disk: Callable[[str], Path]
) -> None:
    disk = small_disk("64m")
    sereno = start_sereno("--durability", "strict", data=disk / "data")
    assert status(ask(sereno.port, "/api/chat")) == 200
    sereno.wait_ingested()
    with contextlib.suppress(OSError), (disk / "ballast").open("wb", buffering=0) as file:
        while True:
            if file.write(bytes(65536)) < 65536:
                file.write(b"x")
    asked = 0
    counted = 0.0
    while not counted:
        answer = ask(sereno.port, "/api/chat", f"X-Padding: {'x' * 30_000}")
        assert status(answer) == 200
        assert b'"done": true' in answer
        asked += 1
        assert asked < 3000, "a full disk was never noticed"
        counted = sereno.dropped() + sereno.metric("sereno_gateway_strict_timeouts_total")
    (disk / "ballast").unlink()
    wait_for(lambda: status(ask(sereno.port, "/api/chat")) == 200 and _grows(sereno), "records again")


def _grows(sereno: Any) -> bool:
    before = sereno.dropped()
    stored = len(sereno.messages())
    ask(sereno.port, "/api/chat")
    sereno.wait_ingested()
    return bool(sereno.dropped() == before and len(sereno.messages()) > stored)
