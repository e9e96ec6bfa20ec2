"""Each line of the trust boundary, tried from an address that passes for another machine's."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gateway.rig import OK, Gateway, Upstream, gateway, header, read_message, respond, upstream, wait_for
from sereno.conventions import POLICY_FILE, RUN_DIR
from sereno.errors import ConfigError
from sereno.gateway.options import GatewayOptions, UpstreamOptions
from sereno.gateway.serve import refuse_open_door
from sereno.journal.sockets import keeper_socket
from sereno.trust.internal import internal_value
from sereno.trust.keys import issue
from sereno.trust.policy import Policy, encode_policy

Stand = tuple[Upstream, Gateway]
KeeperStand = tuple[Upstream, Upstream, Gateway]

FOREIGN = "127.0.0.2"
KEY, SECRET = issue("ann", ["use"], random=b"k" * 28, now=0.0)
TRUSTED, TRUSTED_SECRET = issue("webui", ["use"], random=b"t" * 28, now=0.0, assert_user=True)
READER, READER_SECRET = issue("reader", ["read"], random=b"r" * 28, now=0.0)
SLOW, SLOW_SECRET = issue("slow", ["use"], random=b"s" * 28, now=0.0, requests_per_minute=2)


def get(path: bytes = b"/api/tags", *lines: bytes, host: bytes = b"localhost") -> bytes:
    return b"\r\n".join((b"GET %b HTTP/1.1" % path, b"Host: " + host, *lines, b"", b""))


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    policy = Policy(keys=(KEY, TRUSTED, READER, SLOW), allowed_hosts=("models.example.org",))
    (tmp_path / POLICY_FILE).write_bytes(encode_policy(policy))
    with upstream(respond(OK)) as server, gateway(server, data=tmp_path) as running:
        yield server, running


def key(secret: str) -> bytes:
    return b"X-Sereno-Key: " + secret.encode()


def test_foreign_peer_without_a_key_is_refused(stand: Stand) -> None:
    server, running = stand
    status, head, body = running.ask(get(), FOREIGN)
    assert status == 401
    assert header(head, b"www-authenticate") is not None
    assert b"sereno keys add" in body
    assert server.received == []


def test_loopback_peer_needs_no_key(stand: Stand) -> None:
    assert stand[1].ask(get())[0] == 200


@pytest.mark.parametrize("line", [key(SECRET), b"Authorization: Bearer " + SECRET.encode()])
def test_foreign_peer_with_a_key_passes_and_the_key_is_stripped(stand: Stand, line: bytes) -> None:
    server, running = stand
    assert running.ask(get(b"/api/tags", line), FOREIGN)[0] == 200
    assert SECRET.encode() not in server.received[-1]
    record = running.journal.wait()[-1]
    assert (record.key, record.peer) == (KEY.id, "192.0.2.7")
    assert SECRET.encode() not in running.journal.frames()


def test_key_without_the_scope_or_unknown_is_refused(stand: Stand) -> None:
    _, running = stand
    assert running.ask(get(b"/", key(READER_SECRET)), FOREIGN)[0] == 403
    assert running.ask(get(b"/", key("sk-sereno-wrong")), FOREIGN)[0] == 401
    assert running.ask(get(b"/", key("sk-sereno-wrong")))[0] == 401


@pytest.mark.parametrize(
    "line", [b"X-Forwarded-For: 127.0.0.1", b"X-Sereno-Peer: 127.0.0.1", b"Forwarded: for=127.0.0.1"]
)
def test_no_header_makes_a_peer_loopback(stand: Stand, line: bytes) -> None:
    assert stand[1].ask(get(b"/", line), FOREIGN)[0] == 401


@pytest.mark.parametrize(
    ("host", "status"),
    [(b"localhost:11434", 200), (b"127.0.0.1", 200), (b"[::1]:1", 200), (b"models.example.org", 200),
     (b"evil.example.org", 403), (b"localhost.evil.test", 403), (b"192.0.2.99", 403)],
)  # fmt: skip
def test_host_must_name_us(stand: Stand, host: bytes, status: int) -> None:
    assert stand[1].ask(get(host=host))[0] == status


def test_absolute_target_does_not_slip_past_the_host_check(stand: Stand) -> None:
    assert stand[1].ask(get(b"http://evil.test/api/tags"))[0] == 403


def test_other_credentials_pass_but_are_not_written_down(stand: Stand) -> None:
    server, running = stand
    lines = (
        b"Authorization: Bearer sk-openai-123456", b"Cookie: s=opensesame", b"X-Api-Key: anthropic-987",
        b"Proxy-Authorization: Basic cHJveHk6cHJveHk=", b"X-My-Token: t0psecret",
    )  # fmt: skip
    running.ask(get(b"/v1/models?api_key=inthequery", *lines))
    for secret in (b"sk-openai-123456", b"opensesame", b"anthropic-987", b"t0psecret", b"inthequery"):
        assert secret in server.received[-1]
        assert secret not in running.journal.frames()
    assert b"cHJveHk6cHJveHk=" not in running.journal.frames()


def test_user_headers_are_believed_from_a_key_that_may_assert_and_always_stripped(stand: Stand) -> None:
    server, running = stand
    lines = (b"X-Sereno-User: eve", b"X-OpenWebUI-Chat-Id: c-1")
    running.ask(get(b"/", key(SECRET), *lines))
    running.ask(get(b"/", *lines))
    running.ask(get(b"/", key(TRUSTED_SECRET), *lines))
    assert [(r.user, r.session) for r in running.journal.wait(3)] == [(None, None), (None, None), ("eve", "c-1")]
    assert all(b"eve" not in request and b"c-1" not in request for request in server.received)


def test_user_headers_are_believed_where_no_key_exists() -> None:
    with upstream(respond(OK)) as server, gateway(server) as running:
        running.ask(get(b"/", b"X-OpenWebUI-User-Name: n", b"X-OpenWebUI-User-Email: ann@x.test"))
        assert running.journal.wait()[0].user == "ann@x.test"


def test_key_with_a_limit_waits(stand: Stand) -> None:
    _, running = stand
    answers = [running.ask(get(b"/", key(SLOW_SECRET))) for _ in range(3)]
    assert [status for status, _, _ in answers] == [200, 200, 429]
    assert 1 <= int(header(answers[2][1], b"retry-after") or 0) <= 31


def test_internal_mark_needs_loopback_and_the_token(stand: Stand) -> None:
    server, running = stand
    salt = running.worker.salt
    value = b"X-Sereno-Internal: " + internal_value("explain", salt)
    running.ask(get(b"/", value))
    running.ask(get(b"/", value, key(SECRET)), FOREIGN)
    running.ask(get(b"/", b"X-Sereno-Internal: explain 0000"))
    assert [r.internal for r in running.journal.wait(3)] == ["explain", "", ""]
    assert all(b"nternal" not in request for request in server.received)


def test_required_policy_that_is_missing_or_broken_means_closed(tmp_path: Path) -> None:
    with upstream(respond(OK)) as server, gateway(server, data=tmp_path, require_policy=True) as running:
        assert running.ask(get())[0] == 401
        assert running.ask(get(b"/readyz"))[0] == 503
        (tmp_path / POLICY_FILE).write_bytes(encode_policy(Policy()))
        wait_for(lambda: running.worker.watch.state == "loaded")
        assert running.ask(get())[0] == 200
        (tmp_path / POLICY_FILE).write_bytes(b"\xc1broken")
        wait_for(lambda: running.worker.watch.state == "closed")
        assert running.ask(get())[0] == 401


def test_last_policy_rules_on_when_the_file_goes(tmp_path: Path) -> None:
    (tmp_path / POLICY_FILE).write_bytes(encode_policy(Policy(keys=(KEY,), require_key="always")))
    with upstream(respond(OK)) as server, gateway(server, data=tmp_path) as running:
        (tmp_path / POLICY_FILE).unlink()
        wait_for(lambda: running.worker.watch.state == "kept")
        assert running.ask(get())[0] == 401


def test_open_door_without_a_key_is_refused_at_start(tmp_path: Path) -> None:
    options = GatewayOptions(data=tmp_path, upstreams=(UpstreamOptions(name="d", url="http://127.0.0.1:1"),))
    with socket.create_server(("0.0.0.0", 0)) as sock, pytest.raises(ConfigError, match="sereno keys add"):
        refuse_open_door(options, sock)
    with socket.create_server(("0.0.0.0", 0)) as sock:
        (tmp_path / POLICY_FILE).write_bytes(encode_policy(Policy(keys=(KEY,))))
        refuse_open_door(options, sock)


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[KeeperStand]:
    (tmp_path / RUN_DIR).mkdir()
    with upstream(respond(OK), str(keeper_socket(tmp_path))) as watch, upstream(respond(OK)) as server:  # noqa: SIM117 - two kinds of server, then what stands before them
        with gateway(server, data=tmp_path) as running:
            yield watch, server, running


OURS = [b"/metrics", b"/metrics?x=/../y", b"/analytics/messages", b"/sereno", b"/drift/summary", b"/dashboard"]
THEIRS = [b"/", b"/metricsx", b"/api/metrics", b"/x/metrics", b"/Metrics", b"/%256detrics", b"/api/blobs/sha256:ab"]
TRICKS = [
    b"/%6detrics",
    b"//metrics",
    b"/x/../metrics",
    b"/./metrics",
    b"/sereno/../api/chat",
    b"/metrics/..%2f..",
    b"/%2fmetrics",
]


@pytest.mark.parametrize("path", OURS)
def test_our_paths_go_to_the_keeper_with_the_real_peer(keeper: KeeperStand, path: bytes) -> None:
    watch, server, running = keeper
    raw = get(path, b"X-Sereno-Peer: 127.0.0.1", key("sk-sereno-x"))
    assert running.ask(raw, FOREIGN)[0] == 200
    assert header(watch.received[-1], b"x-sereno-peer") == b"192.0.2.7"
    assert watch.received[-1].lower().count(b"x-sereno-peer") == 1
    assert header(watch.received[-1], b"x-sereno-key") == b"sk-sereno-x"
    assert header(watch.received[-1], b"host") == b"localhost"
    assert server.received == []
    assert running.journal.exchanges == []


@pytest.mark.parametrize("path", THEIRS)
def test_other_paths_go_to_the_model_server(keeper: KeeperStand, path: bytes) -> None:
    watch, server, running = keeper
    assert running.ask(get(path))[0] == 200
    assert server.received[-1].startswith(b"GET " + path + b" HTTP/1.1")
    assert watch.received == []


@pytest.mark.parametrize("path", TRICKS)
def test_disguised_paths_go_nowhere(keeper: KeeperStand, path: bytes) -> None:
    watch, server, running = keeper
    assert running.ask(get(path))[0] == 400
    assert server.received == []
    assert watch.received == []


def test_metrics_of_a_model_server_need_the_scope_read(keeper: KeeperStand) -> None:
    _watch, server, running = keeper
    assert running.ask(get(b"/sereno/upstream/default/metrics"), FOREIGN)[0] == 401
    assert running.ask(get(b"/sereno/upstream/nobody/metrics"))[0] == 404
    assert running.ask(get(b"/sereno/upstream/default/metrics"))[0] == 200
    assert server.received[-1].startswith(b"GET /metrics ")
    assert running.journal.exchanges == []


def test_keeper_that_is_down_is_a_problem_document_and_health_names_it(stand: Stand) -> None:
    _, running = stand
    status, head, body = running.ask(get(b"/metrics"))
    assert (status, header(head, b"content-type")) == (503, b"application/problem+json")
    assert msgspec.json.decode(body)["title"] == "The keeper is down"
    status, _, body = running.ask(get(b"/readyz", host=b"10.1.2.3"), FOREIGN)
    assert (status, msgspec.json.decode(body)["keeper"]) == (200, "down")
    with running.connect() as sock:
        sock.sendall(get())
        assert read_message(sock)[1] == b"{}"
