"""TLS on either side: certificates made by openssl, verified unless told otherwise, recorded the same."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from gateway.rig import OK, PATIENCE, Upstream, gateway, header, read_message, respond, upstream
from sereno.errors import ConfigError
from sereno.gateway.options import UpstreamOptions
from sereno.gateway.tls import listener_context, upstream_context

GET = b"GET /api/tags HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Certificate(NamedTuple):
    cert: Path
    key: Path


def make(folder: Path, names: str) -> Certificate:
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=sereno test", "-addext", f"subjectAltName={names}", "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True,
    )  # fmt: skip
    return Certificate(cert, key)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make(tmp_path_factory.mktemp("good"), "DNS:localhost,IP:127.0.0.1")


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make(tmp_path_factory.mktemp("wrong"), "DNS:elsewhere.test")


def secured(certificate: Certificate, script: Callable[[socket.socket, Upstream], None]) -> Callable[..., None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.cert, certificate.key)

    def run(sock: socket.socket, server: Upstream) -> None:
        with context.wrap_socket(sock, server_side=True) as wrapped:
            script(wrapped, server)

    return run


def options(server: Upstream, ca: Certificate | None = None, *, verify: bool = True) -> UpstreamOptions:
    return UpstreamOptions(
        name="secure", url=f"https://127.0.0.1:{server.port}", ca_file=ca.cert if ca else None, verify=verify
    )


def test_server_whose_certificate_is_trusted_is_reached_and_recorded_the_same(good: Certificate) -> None:
    with upstream(secured(good, respond(OK))) as server, gateway(options(server, good)) as running:
        with running.connect() as sock:
            for _ in range(2):  # the second on the pooled connection
                sock.sendall(GET)
                assert read_message(sock)[1] == b"{}"
        assert server.connections == 1
        assert header(server.received[0], b"host") == b"127.0.0.1:%d" % server.port
        record = running.journal.wait(2)[0]
        assert (record.upstream, record.status, record.response_body, record.outcome) == (
            "secure",
            200,
            b"{}",
            "complete",
        )


def test_server_whose_certificate_is_not_trusted_is_a_bad_gateway_that_says_what_to_do(good: Certificate) -> None:
    with upstream(secured(good, respond(OK))) as server, gateway(options(server)) as running:
        status, _, body = running.ask(GET)
        assert status == 502
        assert b"certificate" in body
        assert b"ca_file" in body
        assert server.received == []
        assert running.journal.wait()[0].outcome == "upstream_unreachable"


def test_certificate_of_another_name_is_refused_though_its_maker_is_trusted(wrong: Certificate) -> None:
    with upstream(secured(wrong, respond(OK))) as server, gateway(options(server, wrong)) as running:
        status, _, body = running.ask(GET)
        assert status == 502
        assert b"certificate" in body
        assert server.received == []


def test_verification_can_be_turned_off(wrong: Certificate) -> None:
    with upstream(secured(wrong, respond(OK))) as server, gateway(options(server, verify=False)) as running:
        assert running.ask(GET)[0] == 200


def test_server_that_speaks_plain_http_where_tls_was_said(good: Certificate) -> None:
    def plain(sock: socket.socket, server: Upstream) -> None:
        sock.recv(65536)
        sock.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with upstream(plain) as server, gateway(options(server, good)) as running:
        assert running.ask(GET)[0] == 502


def test_listener_speaks_tls_and_tells_the_server_so(good: Certificate) -> None:
    trust = ssl.create_default_context(cafile=str(good.cert))
    with upstream(respond(OK)) as server, gateway(server, cert_file=good.cert, key_file=good.key) as running:
        with trust.wrap_socket(running.connect(), server_hostname="localhost") as sock:
            assert sock.version() in ("TLSv1.2", "TLSv1.3")
            for _ in range(2):
                sock.sendall(GET)
                assert read_message(sock)[1] == b"{}"
            sock.sendall(b"GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n")
            assert read_message(sock)[0].startswith(b"HTTP/1.1 403 ")
        assert header(server.received[0], b"x-forwarded-proto") == b"https"
        assert [record.outcome for record in running.journal.wait(2)] == ["complete", "complete"]


def test_slow_reader_over_tls_gets_the_whole_of_a_last_answer(good: Certificate) -> None:
    body = bytes(range(256)) * 16384
    trust = ssl.create_default_context(cafile=str(good.cert))
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    with (
        upstream(respond(answer)) as server,
        gateway(server, cert_file=good.cert, key_file=good.key) as running,
        trust.wrap_socket(running.connect(), server_hostname="localhost") as sock,
    ):
        sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert read_message(sock)[1] == body
        assert sock.recv(1) == b""


@pytest.mark.parametrize("raw", [GET, b"\x16\x03\x01\x00\x05hello", b"\x00" * 100])
def test_client_that_does_not_speak_tls_harms_nobody(good: Certificate, raw: bytes) -> None:
    trust = ssl.create_default_context(cafile=str(good.cert))
    with upstream(respond(OK)) as server, gateway(server, cert_file=good.cert, key_file=good.key) as running:
        with running.connect() as sock:
            sock.sendall(raw)
            try:
                while sock.recv(65536):
                    pass
            except ConnectionResetError:
                pass
        assert server.received == []
        with trust.wrap_socket(running.connect(), server_hostname="localhost") as sock:
            sock.settimeout(PATIENCE)
            sock.sendall(GET)
            assert read_message(sock)[1] == b"{}"


def test_old_tls_is_refused(good: Certificate) -> None:
    assert listener_context(good.cert, good.key).minimum_version == ssl.TLSVersion.TLSv1_2


def test_files_that_do_not_fit_are_named(good: Certificate, wrong: Certificate, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"key\.pem"):
        listener_context(good.cert, wrong.key)
    with pytest.raises(ConfigError, match=r"missing\.pem"):
        upstream_context(UpstreamOptions(name="x", url="https://127.0.0.1:1", ca_file=tmp_path / "missing.pem"))
