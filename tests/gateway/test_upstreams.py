"""Several model servers: by path prefix, by model, else the default."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from gateway.rig import OK, Gateway, Upstream, gateway, respond, upstream
from sereno.gateway.options import Limits, UpstreamOptions

Stand = tuple[dict[str, Upstream], Gateway]


@pytest.fixture(scope="module")
def stand() -> Iterator[Stand]:
    with (
        upstream(respond(OK)) as default,
        upstream(respond(OK)) as team,
        upstream(respond(OK)) as deep,
        upstream(respond(OK)) as kept,
        upstream(respond(OK)) as tiny,
        upstream(respond(OK)) as exact,
    ):
        servers = {"default": default, "team": team, "deep": deep, "kept": kept, "tiny": tiny, "exact": exact}
        rules = (
            UpstreamOptions(name="default", url=default.url),
            UpstreamOptions(name="team", url=team.url, prefix="/team", strip_prefix=True),
            UpstreamOptions(name="deep", url=deep.url, prefix="/team/deep", strip_prefix=True),
            UpstreamOptions(name="kept", url=kept.url, prefix="/kept", strip_prefix=False),
            UpstreamOptions(name="tiny", url=tiny.url, models=("tiny*", "qwen*:0.5b")),
            UpstreamOptions(name="exact", url=exact.url, models=("Llama3",)),
        )
        with gateway(*rules, limits=Limits(peek_bytes=1 << 20, drain_seconds=0.2)) as running:
            yield servers, running


def where(stand: Stand, raw: bytes) -> tuple[str, bytes]:
    """Name of the server that got a request, and the target it was asked for; the record must name it too."""
    servers, running = stand
    before = {name: len(server.received) for name, server in servers.items()}
    count = len(running.journal.exchanges)
    status, _, body = running.ask(raw)
    assert (status, body) == (200, b"{}")
    ((name, server),) = [(name, s) for name, s in servers.items() if len(s.received) > before[name]]
    assert running.journal.wait(count + 1)[-1].upstream == name
    return name, server.received[-1].split(b" ")[1]


@pytest.mark.parametrize(
    ("path", "name", "target"),
    [
        ("/team/api/chat", "team", "/api/chat"),
        ("/team", "team", "/"),
        ("/team?x=1", "team", "/?x=1"),
        ("/team/", "team", "/"),
        ("/team/deep/x", "deep", "/x"),
        ("/team/deeper", "team", "/deeper"),
        ("/teams", "default", "/teams"),
        ("/kept/api/x", "kept", "/kept/api/x"),
        ("/api/tags", "default", "/api/tags"),
        ("/Team/x", "default", "/Team/x"),
        ("/x/team", "default", "/x/team"),
        ("/team/metrics", "team", "/metrics"),
    ],
)
def test_prefix(stand: Stand, path: str, name: str, target: str) -> None:
    raw = b"GET " + path.encode() + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert where(stand, raw) == (name, target.encode())


def post(body: bytes, path: bytes = b"/api/chat") -> bytes:
    return b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%b" % (path, len(body), body)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"model": "tinyllama:1b"}, "tiny"),
        ({"model": "TINY"}, "tiny"),
        ({"name": "tiny"}, "tiny"),
        ({"model": "qwen3:0.5b"}, "tiny"),
        ({"model": "qwen33:7b"}, "default"),
        ({"model": "llama3"}, "exact"),
        ({"model": "llama3:latest"}, "exact"),
        ({"model": "llama3:70b"}, "default"),
        ({"model": "atiny"}, "default"),
        ({"model": None}, "default"),
        ({}, "default"),
        ({"prompt": "x", "options": {"model": "tiny"}}, "default"),
        ({"messages": [{"model": "tiny"}], "model": "llama3"}, "exact"),
        ({"prompt": '"model":"tiny"', "model": "llama3"}, "exact"),
        ({"prompt": "x" * 400_000, "model": "tiny"}, "tiny"),
    ],
)
def test_model(stand: Stand, body: object, name: str) -> None:
    assert where(stand, post(json.dumps(body).encode()))[0] == name


@pytest.mark.parametrize(
    "body",
    [
        b"[1,2]",
        b"null",
        b"not json",
        b'{"model":',
        b'{"model":5}',
        b"\xff\xfe",
        b"[" * 5000,
        b'{"model":"ti\\ud800ny"}',
    ],
)
def test_body_that_names_no_model_goes_to_the_default_unchanged(stand: Stand, body: bytes) -> None:
    assert where(stand, post(body))[0] == "default"
    assert stand[0]["default"].received[-1].endswith(b"\r\n\r\n" + body)


def test_prefix_rules_over_model(stand: Stand) -> None:
    assert where(stand, post(b'{"model":"tiny"}', b"/team/api/chat")) == ("team", b"/api/chat")


def test_request_without_a_body_goes_to_the_default(stand: Stand) -> None:
    assert where(stand, b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n")[0] == "default"


def test_model_behind_more_than_is_held_goes_to_the_default_and_arrives_whole(stand: Stand) -> None:
    body = b'{"prompt":"' + b"x" * (2 << 20) + b'","model":"tiny"}'
    assert where(stand, post(body))[0] == "default"
    assert stand[0]["default"].received[-1].endswith(body)


def test_model_is_found_in_single_bytes(stand: Stand) -> None:
    servers, running = stand
    raw = post(b'{"model":"tiny","prompt":"hello"}')
    with running.connect() as sock:
        for at in range(len(raw)):
            sock.sendall(raw[at : at + 1])
        assert sock.recv(100).startswith(b"HTTP/1.1 200 ")
    assert servers["tiny"].received[-1].endswith(b'{"model":"tiny","prompt":"hello"}')


def test_held_body_that_waits_for_100_continue_is_asked_for(stand: Stand) -> None:
    _, running = stand
    with running.connect() as sock:
        sock.sendall(
            b"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 16\r\n\r\n"
        )
        assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b'{"model":"tiny"}')
        assert sock.recv(1000).startswith(b"HTTP/1.1 200 ")
