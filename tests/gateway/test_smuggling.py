"""Requests that two readers could read differently: 400 (or its own code) and closed, the server sees no whole one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.rig import OK, Gateway, Upstream, gateway, header, read_head, respond, upstream, wait_for

Stand = tuple[Upstream, Gateway]

H = b"Host: localhost\r\n"
POST = b"POST /api/chat HTTP/1.1\r\n" + H
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"

CORPUS: dict[str, tuple[bytes, int]] = {
    # Two lengths (RFC 9112 §6.1, §6.3)
    "cl_te": (POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN, 400),
    "te_cl": (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + HIDDEN, 400),
    "cl_cl_differ": (POST + b"Content-Length: 0\r\nContent-Length: 45\r\n\r\n" + HIDDEN, 400),
    "cl_cl_same": (POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400),
    "cl_list": (POST + b"Content-Length: 2, 2\r\n\r\n{}", 400),
    "cl_list_differ": (POST + b"Content-Length: 0, 45\r\n\r\n" + HIDDEN, 400),
    "cl_negative": (POST + b"Content-Length: -1\r\n\r\n", 400),
    "cl_plus": (POST + b"Content-Length: +2\r\n\r\n{}", 400),
    "cl_hex": (POST + b"Content-Length: 0x2\r\n\r\n{}", 400),
    "cl_float": (POST + b"Content-Length: 2.0\r\n\r\n{}", 400),
    "cl_empty": (POST + b"Content-Length: \r\n\r\n{}", 400),
    "cl_words": (POST + b"Content-Length: two\r\n\r\n{}", 400),
    "cl_inner_space": (POST + b"Content-Length: 1 2\r\n\r\n{}", 400),
    "cl_underscore_digits": (POST + b"Content-Length: 1_0\r\n\r\n0123456789", 400),
    "cl_huge": (POST + b"Content-Length: 18446744073709551618\r\n\r\n{}", 400),
    "cl_huge_500": (POST + b"Content-Length: " + b"9" * 500 + b"\r\n\r\n{}", 400),
    "cl_arabic_digits": (POST + b"Content-Length: \xd9\xa2\r\n\r\n{}", 400),
    "cl_folded": (POST + b"Content-Length:\r\n 2\r\n\r\n{}", 400),
    "cl_lookalike": (POST + b"Content_Length: 45\r\n\r\n" + HIDDEN, 400),
    "te_lookalike": (POST + b"Transfer_Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    # Transfer codings other than exactly one `chunked`
    "te_identity": (POST + b"Transfer-Encoding: identity\r\n\r\n", 400),
    "te_gzip_chunked": (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
    "te_chunked_identity": (POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400),
    "te_chunked_chunked": (POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
    "te_twice": (POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "te_twice_x": (POST + b"Transfer-Encoding: chunked\r\nTransfer-encoding: x\r\n\r\n0\r\n\r\n", 400),
    "te_quoted": (POST + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n', 400),
    "te_xchunked": (POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
    "te_parameter": (POST + b"Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n", 400),
    "te_vertical_tab": (POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", 400),
    "te_folded": (POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400),
    "te_empty": (POST + b"Transfer-Encoding:\r\n\r\n", 400),
    "te_on_1_0": (b"POST / HTTP/1.0\r\n" + H + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    # White space and controls
    "space_before_colon": (POST + b"Content-Length : 45\r\n\r\n" + HIDDEN, 400),
    "tab_before_colon": (POST + b"Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n", 400),
    "space_before_name": (b"POST / HTTP/1.1\r\n Content-Length: 2\r\n" + H + b"\r\n{}", 400),
    "obs_fold": (b"GET / HTTP/1.1\r\n" + H + b"X-A: 1\r\n b\r\n\r\n", 400),
    "bare_lf_head": (b"GET / HTTP/1.1\nHost: localhost\n\n", 400),
    "bare_lf_line": (b"GET / HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n", 400),
    "bare_cr_line": (b"GET / HTTP/1.1\r\nHost: localhost\rX: y\r\n\r\n", 400),
    "bare_cr_value": (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rTransfer-Encoding: chunked\r\n\r\n", 400),
    "lf_end": (b"GET / HTTP/1.1\r\nHost: localhost\r\n\n", 400),
    "nul_value": (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n", 400),
    "nul_name": (b"GET / HTTP/1.1\r\nHost: localhost\r\nX\0: a\r\n\r\n", 400),
    "nul_target": (b"GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "del_value": (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x7f\r\n\r\n", 400),
    "empty_name": (b"GET / HTTP/1.1\r\nHost: localhost\r\n: a\r\n\r\n", 400),
    "no_colon": (b"GET / HTTP/1.1\r\nHost: localhost\r\nnonsense\r\n\r\n", 400),
    "name_with_slash": (b"GET / HTTP/1.1\r\nHost: localhost\r\na/b: c\r\n\r\n", 400),
    "name_not_ascii": (b"GET / HTTP/1.1\r\nHost: localhost\r\n\xc3\xa9: c\r\n\r\n", 400),
    # Request line
    "two_spaces": (b"GET  / HTTP/1.1\r\n" + H + b"\r\n", 400),
    "tab_separator": (b"GET\t/ HTTP/1.1\r\n" + H + b"\r\n", 400),
    "space_in_target": (b"GET /a b HTTP/1.1\r\n" + H + b"\r\n", 400),
    "trailing_space": (b"GET / HTTP/1.1 \r\n" + H + b"\r\n", 400),
    "no_version": (b"GET /\r\n" + H + b"\r\n", 400),
    "version_lower": (b"GET / http/1.1\r\n" + H + b"\r\n", 400),
    "version_long": (b"GET / HTTP/1.11\r\n" + H + b"\r\n", 400),
    "version_2": (b"GET / HTTP/2.0\r\n" + H + b"\r\n", 505),
    "version_0_9": (b"GET / HTTP/0.9\r\n" + H + b"\r\n", 505),
    "h2_preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "tls_hello": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "method_bracket": (b"GE[T / HTTP/1.1\r\n" + H + b"\r\n", 400),
    "target_not_path": (b"GET api/tags HTTP/1.1\r\n" + H + b"\r\n", 400),
    "target_ftp": (b"GET ftp://localhost/ HTTP/1.1\r\n" + H + b"\r\n", 400),
    "target_userinfo": (b"GET http://a@localhost/ HTTP/1.1\r\n" + H + b"\r\n", 400),
    "target_star_get": (b"GET * HTTP/1.1\r\n" + H + b"\r\n", 400),
    "target_not_ascii": (b"GET /\xc3\xa9 HTTP/1.1\r\n" + H + b"\r\n", 400),
    "connect": (b"CONNECT localhost:80 HTTP/1.1\r\n" + H + b"\r\n", 405),
    # Host (RFC 9112 §3.2)
    "host_missing": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "host_twice": (b"GET / HTTP/1.1\r\n" + H + H + b"\r\n", 400),
    "host_twice_differ": (b"GET / HTTP/1.1\r\n" + H + b"host: evil.test\r\n\r\n", 400),
    "host_empty": (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
    "host_list": (b"GET / HTTP/1.1\r\nHost: localhost, evil.test\r\n\r\n", 400),
    "host_at": (b"GET / HTTP/1.1\r\nHost: localhost@evil.test\r\n\r\n", 400),
    "host_path": (b"GET / HTTP/1.1\r\nHost: localhost/x\r\n\r\n", 400),
    "host_port_words": (b"GET / HTTP/1.1\r\nHost: localhost:abc\r\n\r\n", 400),
    # Chunks (RFC 9112 §7.1)
    "chunk_negative": (POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n", 400),
    "chunk_0x": (POST + b"Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n", 400),
    "chunk_plus": (POST + b"Transfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n", 400),
    "chunk_space": (POST + b"Transfer-Encoding: chunked\r\n\r\n2 \r\n{}\r\n0\r\n\r\n", 400),
    "chunk_leading_space": (POST + b"Transfer-Encoding: chunked\r\n\r\n 2\r\n{}\r\n0\r\n\r\n", 400),
    "chunk_underscore": (POST + b"Transfer-Encoding: chunked\r\n\r\n0_2\r\n{}\r\n0\r\n\r\n", 400),
    "chunk_empty_size": (POST + b"Transfer-Encoding: chunked\r\n\r\n\r\n{}\r\n0\r\n\r\n", 400),
    "chunk_huge": (POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"F" * 17 + b"\r\n{}\r\n0\r\n\r\n", 400),
    "chunk_bare_lf": (POST + b"Transfer-Encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n", 400),
    "chunk_end_bare_lf": (POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\n0\r\n\r\n", 400),
    "chunk_longer_than_said": (POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}}}\r\n0\r\n\r\n", 400),
    "chunk_extension_lf": (POST + b"Transfer-Encoding: chunked\r\n\r\n2;a\nb\r\n{}\r\n0\r\n\r\n", 400),
    "chunk_extension_cr": (POST + b"Transfer-Encoding: chunked\r\n\r\n2;a\rb\r\n{}\r\n0\r\n\r\n", 400),
    "chunk_extension_empty": (POST + b"Transfer-Encoding: chunked\r\n\r\n2;\r\n{}\r\n0\r\n\r\n", 400),
    "chunk_extension_long": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n2;" + b"a" * 5000 + b"\r\n{}\r\n0\r\n\r\n",
        400,
    ),
    "trailer_length": (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 4\r\n\r\n", 400),
    "trailer_coding": (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nTransfer-Encoding: x\r\n\r\n", 400),
    "trailer_host": (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nHost: evil.test\r\n\r\n", 400),
    "trailer_user": (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-Sereno-User: root\r\n\r\n", 400),
    "trailer_fold": (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-A: b\r\n c\r\n\r\n", 400),
    # Others
    "upgrade_websocket": (b"GET / HTTP/1.1\r\n" + H + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 501),
    "expect_other": (POST + b"Expect: 200-ok\r\nContent-Length: 2\r\n\r\n{}", 417),
    "garbage": (b"\xff\xfe\xfd\r\n\r\n", 400),
    "empty_lines_then_garbage": (b"\r\n\r\n\x01", 400),
    "target_long": (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n" + H + b"\r\n", 414),
    "target_endless": (b"GET /" + b"a" * 70_000, 414),
    "head_long": (b"GET / HTTP/1.1\r\n" + H + b"X-A: " + b"a" * 70_000 + b"\r\n\r\n", 431),
    "fields_many": (b"GET / HTTP/1.1\r\n" + H + b"".join(b"X-%d: 1\r\n" % i for i in range(300)) + b"\r\n", 431),
}


@pytest.fixture(scope="module")
def stand() -> Iterator[Stand]:
    with upstream(respond(OK)) as server, gateway(server) as running:
        yield server, running


@pytest.mark.parametrize("name", CORPUS)
def test_nothing_is_smuggled(stand: Stand, name: str) -> None:
    server, running = stand
    raw, wanted = CORPUS[name]
    with running.connect() as neighbour, running.connect() as sock:
        neighbour.sendall(b"GET /before HTTP/1.1\r\n" + H + b"\r\n")
        read_head(neighbour)
        seen = len(server.received)
        sock.sendall(raw)
        head, rest = read_head(sock)
        assert int(head.split()[1]) == wanted
        assert b"Connection: close" in head
        while got := sock.recv(65536):
            rest += got
        assert len(rest) == int(header(head, b"content-length") or -1), "more than one answer came"
        neighbour.sendall(b"GET /after HTTP/1.1\r\n" + H + b"\r\n")
        assert read_head(neighbour)[0].startswith(b"HTTP/1.1 200")
    assert [r for r in server.received[seen:] if not r.startswith(b"GET /after ")] == []


def test_chunks_that_break_later_never_make_a_whole_request(stand: Stand) -> None:
    server, running = stand
    seen = len(server.received)
    with running.connect() as sock:
        connections = server.connections
        sock.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")
        wait_for(lambda: running.worker.requests > 0 or server.connections >= connections)
        sock.sendall(b"zz\r\n\r\n0\r\n\r\n")
        assert read_head(sock)[0].startswith(b"HTTP/1.1 400")
    assert server.received[seen:] == []


def test_pipelined_garbage_is_refused_after_the_good_one_is_answered(stand: Stand) -> None:
    _, running = stand
    with running.connect() as sock:
        sock.sendall(b"GET /a HTTP/1.1\r\n" + H + b"\r\n" + b"\x00\x01garbage\r\n\r\n")
        head, rest = read_head(sock)
        assert head.startswith(b"HTTP/1.1 200")
        head, _ = read_head(sock, rest.removeprefix(b"{}"))
        assert head.startswith(b"HTTP/1.1 400")


def test_each_refusal_says_what_was_wrong() -> None:
    assert len(CORPUS) >= 60
