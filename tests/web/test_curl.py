"""The command that repeats a call, run by a real shell."""

from __future__ import annotations

import shutil
import subprocess
import threading
import unicodedata
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sereno.query.detail import Body, Side
from sereno.web.curl import curl, needed_credentials


def side(text: str, headers: Any = (), **more: Any) -> Side:
    fields = {"size": len(text), "text": text, "encoding": "utf-8", "truncated": False, "error": None, **more}
    return Side(headers=list(headers), body=Body(**fields))


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=200))
def test_a_shell_hands_the_body_over_as_it_was(text: str) -> None:
    command = curl("POST", "/api/chat?x='", side(text), "http://127.0.0.1:1")
    assert command is not None
    said = subprocess.run(
        ["/bin/sh", "-c", "curl() { printf '%s\\0' \"$@\"; }\n" + command], capture_output=True, check=True
    ).stdout.decode()
    assert said.split("\0")[:-1] == ["http://127.0.0.1:1/api/chat?x='", "--data-raw", text]


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.parametrize("start", ["@", "@-", "<"])
def test_a_body_that_names_a_file_is_sent_as_it_is(start: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the reader's own file")
    body = f"{start}{secret}"
    got: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.path.encode() + b" " + self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        command = curl("POST", "/x{1,2}[1-2]", side(body), f"http://127.0.0.1:{server.server_port}")
        assert command is not None
        subprocess.run(["/bin/sh", "-c", command], check=True, capture_output=True, timeout=30)
        server.shutdown()
    assert got == [f"/x{{1,2}}[1-2] {body}".encode()]  # one request: curl took no set or range out of the address


def test_no_control_character_reaches_the_terminal() -> None:
    text = "a\x03\x1b[201~\r\trm\x7f\x9b\n"
    command = curl("POST", "/api/chat", side(text), "http://h")
    assert command is not None
    assert {c for c in command if unicodedata.category(c) == "Cc"} == {"\n"}


def test_credentials_and_what_the_gateway_adds_are_left_out() -> None:
    headers = [("Authorization", "Bearer hash:1"), ("X-Api-Key", "k"), ("Cookie", "c"), ("Host", "h"),
               ("Content-Length", "2"), ("X-Sereno-User", "ada"), ("anthropic-version", "2023-06-01")]  # fmt: skip
    command = curl("POST", "/v1/messages", side("{}", headers), "http://h")
    assert command is not None
    assert command.count("-H ") == 1
    assert "anthropic-version" in command
    assert needed_credentials(side("{}", headers))
    assert not needed_credentials(side("{}"))


@pytest.mark.parametrize(
    "request_side",
    [None, side("x", truncated=True), side("x", encoding="base64"), side("x", error="bad gzip"), side("x" * 200_000)],
)
def test_what_was_not_kept_whole_is_not_repeated(request_side: Side | None) -> None:
    assert curl("POST", "/api/chat", request_side, "http://h") is None


def test_methods() -> None:
    assert curl("GET", "/api/tags", side(""), "http://h") == "curl http://h/api/tags"
    assert (
        curl("DELETE", "/api/delete", side("{}"), "http://h")
        == "curl -X DELETE http://h/api/delete \\\n  --data-raw '{}'"
    )
