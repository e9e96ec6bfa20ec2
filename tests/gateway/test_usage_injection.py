"""Asking for usage in the client's stead: in the request, out of the answer, byte for byte.

What servers send with and without `include_usage` are recordings of real ones (Ollama 0.24.0, llama.cpp), and for vLLM
its documented forms: https://docs.vllm.ai/en/stable/serving/openai_compatible_server.html and
vllm/entrypoints/openai/serving_{chat,completion}.py.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captures.loader import capture
from gateway.rig import PATIENCE, Gateway, Upstream, gateway, header, read_head, read_message, upstream
from sereno.gateway.options import UpstreamOptions
from sereno.gateway.request_head import RequestHead, parse_request_head
from sereno.gateway.usage_injection import UsageFilter, UsageInjection, concerns, with_usage
from sereno.wire.captures import exchanges
from sereno.wire.decode import decode

USAGE = b'"usage":{"prompt_tokens":9,"total_tokens":12,"completion_tokens":3}'


def body_of(name: str) -> bytes:
    return exchanges(capture(name))[0].response_body


def without_usage_event(body: bytes) -> bytes:
    """A recorded stream as the same server sends it unasked: one event less."""
    events = body.split(b"\n\n")
    assert b'"choices":[]' in events[-3]
    return b"\n\n".join([*events[:-3], *events[-2:]])


def vllm(*, chat: bool, asked: bool) -> bytes:
    """vLLM leaves unset fields out of chat chunks, and sends `usage: null` in every chunk of completions."""
    base = b'"id":"c-1","object":"chunk","created":1790000000,"model":"m",'
    null = b"" if chat else b',"usage":null'
    said = b'{"index":0,"delta":{"content":"%b"}%b}' if chat else b'{"index":0,"text":"%b","logprobs":null%b}'
    more = b',"logprobs":null,"finish_reason":null' if chat else b',"finish_reason":null,"stop_reason":null'
    last = b',"logprobs":null,"finish_reason":"stop","stop_reason":null' if chat else b',"finish_reason":"stop"'
    chunks = [(b"Hi", more), (b" you", more), (b"", last)]
    events = [b'{%b"choices":[%b]%b}' % (base, said % chunk, null) for chunk in chunks]
    if asked:
        events.append(b'{%b"choices":[],%b}' % (base, USAGE))
    return b"".join(b"data: " + event + b"\n\n" for event in [*events, b"[DONE]"])


PAIRS: dict[str, tuple[bytes, bytes]] = {
    "ollama chat": (body_of("v1_chat_stream_usage"), without_usage_event(body_of("v1_chat_stream_usage"))),
    "ollama completions": (body_of("v1_completions_stream_usage"), body_of("v1_completions_stream")),
    "llama.cpp chat": (body_of("llama-cpp/chat_stream_usage"), body_of("llama-cpp/chat_stream")),
    "llama.cpp completions": (body_of("llama-cpp/completions_stream_usage"), body_of("llama-cpp/completions_stream")),
    "vllm chat": (vllm(chat=True, asked=True), vllm(chat=True, asked=False)),
    "vllm completions": (vllm(chat=False, asked=True), vllm(chat=False, asked=False)),
}
_VARYING = re.compile(rb'"(?:id)":"[^"]*"|"created":\d+|"[a-z_]+_(?:ms|second|n)":[0-9.e+-]+|"cached_tokens":\d+')


def same(body: bytes) -> bytes:
    """A stream without what differs from call to call: ids, times, measured figures."""
    return _VARYING.sub(b"#", body)


def filtered(pieces: list[bytes]) -> bytes:
    change = UsageFilter()
    return b"".join([*(change.feed(piece) for piece in pieces), change.finish()])


@pytest.mark.parametrize("name", PAIRS)
def test_what_is_left_is_what_the_server_sends_unasked(name: str) -> None:
    asked, plain = PAIRS[name]
    assert same(asked) != same(plain) or name == "llama.cpp completions"
    assert same(filtered([asked])) == same(plain)
    assert filtered([plain]) == plain


@pytest.mark.parametrize("name", PAIRS)
def test_no_split_at_any_byte_changes_a_byte(name: str) -> None:
    asked = PAIRS[name][0][-2500:]
    whole = filtered([asked])
    for at in range(len(asked)):
        assert filtered([asked[:at], asked[at:]]) == whole, at
    assert filtered([asked[at : at + 1] for at in range(len(asked))]) == whole


@given(st.sampled_from(sorted(PAIRS)), st.lists(st.integers(0, 10_000), max_size=12))
def test_no_splits_change_a_byte(name: str, cuts: list[int]) -> None:
    asked = PAIRS[name][0]
    places = sorted({0, len(asked), *(cut % len(asked) for cut in cuts)})
    assert filtered([asked[a:b] for a, b in pairwise(places)]) == filtered([asked])


@given(st.lists(st.binary(max_size=40) | st.sampled_from([b"\n\n", b"data: ", b'"usage"', b"\r\n\r\n"]), max_size=20))
def test_what_is_no_usage_event_passes_whole(pieces: list[bytes]) -> None:
    assert filtered(pieces) == b"".join(pieces)


def test_carriage_returns_and_long_events() -> None:
    asked, plain = (body.replace(b"\n\n", b"\r\n\r\n") for body in PAIRS["vllm chat"])
    assert filtered([asked]) == plain
    long = b'data: {"choices":[{"delta":{"content":"%b"}}]}\n\n' % (b"x" * 200_000)
    change = UsageFilter()
    assert len(change.feed(long[:150_000])) == 150_000, "no usage event is that long: it does not wait"
    assert change.feed(long[150_000:]) + change.finish() == long[150_000:]


def test_openai_s_null_fields_are_taken_out_of_its_own_answers_only() -> None:
    event = b'data: {"id":"x","choices":[{"delta":{"content":"a"}}],"usage":null,"obfuscation":"ab"}\n\n'
    assert UsageFilter().feed(event) == event
    assert UsageFilter(nulls=True).feed(event) == event.replace(b',"usage":null', b"")


def test_only_the_finish_event_waits() -> None:
    asked, _ = PAIRS["ollama chat"]
    change = UsageFilter()
    for event in asked.split(b"\n\n")[:10]:
        assert change.feed(event + b"\n\n") == event + b"\n\n"


# --- The request --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b'{"model":"m","stream":true}',
        b'{"stream" : true, "messages":[{"role":"user","content":"\\"stream\\" }"}]}',
        b' {"stream":true } \n',
    ],
)
def test_a_stream_asks_and_nothing_else_changes(body: bytes) -> None:
    asking = with_usage(body)
    assert asking is not None
    asked = msgspec.json.decode(asking)
    assert asked.pop("stream_options") == {"include_usage": True}
    assert asked == msgspec.json.decode(body)
    assert asking.replace(b',"stream_options":{"include_usage":true}', b"") == body


@pytest.mark.parametrize(
    "body",
    [
        b'{"stream":false}', b'{"stream":1}', b"{}", b"[]", b"", b'"stream"', b'{"stream":true', b'{"stream":true}}',
        b'{"stream":true,"stream_options":{"include_usage":false}}', b'{"stream":true,"stream_options":null}',
        b'{"stream":true,"stream\\u005foptions":{}}', b'{"stream":true,"stream":true}',
        b'{"tools":[{"stream":1}],"stream":true}', b"\xef\xbb\xbf" + b'{"stream":true}',
    ],
)  # fmt: skip
def test_in_any_doubt_nothing_is_asked(body: bytes) -> None:
    assert with_usage(body) is None


def head_of(*lines: bytes, path: bytes = b"/v1/chat/completions", version: bytes = b"1.1") -> RequestHead:
    fixed = (b"Host: localhost", b"Content-Type: application/json", b"Content-Length: 30")
    raw = b"POST %b HTTP/%b\r\n" % (path, version) + b"".join(line + b"\r\n" for line in (*fixed, *lines))
    return parse_request_head(raw)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (head_of(), True),
        (head_of(b"Content-Encoding: gzip"), False),
        (head_of(b"Content-Digest: sha-256=:x:"), False),
        (head_of(b"Signature: sig=:x:"), False),
        (head_of(b"Authorization: AWS4-HMAC-SHA256 x"), False),
        (head_of(b"Authorization: Bearer x"), True),
        (head_of(b"Expect: 100-continue"), False),
        (head_of(version=b"1.0"), False),
        (head_of(path=b"/v1/embeddings"), False),
        (head_of(path=b"/openai/v1/completions?a=b"), True),
    ],
)
def test_which_requests_it_concerns(head: RequestHead, expected: bool) -> None:
    assert concerns(head, head.path) is expected
    assert UsageInjection().wanted(head, head.path) is expected


# --- Through the gateway ------------------------------------------------------------------------------

Script = Callable[[socket.socket, Upstream], None]
CHAT = b'{"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"}]}'
ASKING = b'"stream_options":{"include_usage":true}'
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n%b\r\n"


def chunked(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def request(body: bytes = CHAT, *lines: bytes, path: bytes = b"/v1/chat/completions") -> bytes:
    more = b"".join(line + b"\r\n" for line in lines)
    head = b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n%bContent-Length: %d\r\n\r\n"
    return head % (path, more, len(body)) + body


def serving(asked: bytes, plain: bytes, *, cut: int = 0, head: bytes = b"") -> Script:
    """A server that streams one body to who asks for usage and another to who does not, cut at one place."""

    def script(sock: socket.socket, server: Upstream) -> None:
        rest = b""
        while True:
            got, body, rest = read_message(sock, rest)
            server.received.append(got + body)
            assert header(got, b"content-length") == str(len(body)).encode()
            sent = asked if ASKING in body else plain
            sock.sendall(STREAM % head + chunked(*filter(None, (sent[:cut], sent[cut:]))))

    return script


@pytest.fixture(params=PAIRS)
def pair(request: pytest.FixtureRequest) -> tuple[bytes, bytes]:
    found: tuple[bytes, bytes] = PAIRS[request.param]
    return found


def injecting(server: Upstream) -> UpstreamOptions:
    return UpstreamOptions(name="default", url=server.url, inject_usage=True)


@pytest.mark.parametrize("part", [0.0, 0.5, 0.9, 0.97])
def test_the_client_reads_the_same_and_the_record_holds_usage(pair: tuple[bytes, bytes], part: float) -> None:
    asked, plain = pair
    path = b"/v1/completions" if b'"text"' in plain else b"/v1/chat/completions"
    with upstream(serving(asked, plain, cut=int(len(asked) * part))) as server, gateway(injecting(server)) as running:
        status, head, body = running.ask(request(path=path))
        assert (status, same(body)) == (200, same(plain))
        assert header(head, b"transfer-encoding") == b"chunked"
        assert header(server.received[0], b"accept-encoding") == b"identity"
        (record,) = running.journal.wait()
        assert record.request_body == CHAT
        assert record.response_body == asked
        usage = decode(record).usage
        assert usage.input_tokens
        assert usage.output_tokens


def test_it_is_off_unless_the_server_s_settings_say_so(pair: tuple[bytes, bytes]) -> None:
    with upstream(serving(*pair)) as server, gateway(server) as running:
        assert running.ask(request())[2] == pair[1]
        assert ASKING not in server.received[0]


def test_a_body_that_comes_in_pieces_is_asked_with_once_it_is_whole() -> None:
    asked, plain = PAIRS["vllm chat"]
    long = CHAT.replace(b"Hi", b"x" * 300_000)
    with upstream(serving(asked, plain)) as server, gateway(injecting(server)) as running:
        for body in (CHAT, long):
            raw = request(body)
            with running.connect() as sock:
                for at in range(0, len(raw), max(1, len(raw) // 7)):
                    sock.sendall(raw[at : at + max(1, len(raw) // 7)])
                assert read_message(sock)[1] == plain
        assert all(ASKING in received for received in server.received)


def test_several_requests_on_one_connection() -> None:
    asked, plain = PAIRS["ollama chat"]
    with upstream(serving(asked, plain)) as server, gateway(injecting(server)) as running, running.connect() as sock:
        sock.sendall(request() + request(CHAT.replace(b"true", b"false")) + request())
        rest = b""
        for _ in range(3):
            _, body, rest = read_message(sock, rest)
            assert body == plain
        assert [ASKING in received for received in server.received] == [True, False, True]
        assert server.connections == 1


def test_a_server_that_does_not_know_it_is_asked_plainly_from_then_on() -> None:
    plain = PAIRS["vllm chat"][1]
    no = b'{"error":{"message":"unknown field stream_options"}}'

    def script(sock: socket.socket, server: Upstream) -> None:
        rest = b""
        while True:
            got, body, rest = read_message(sock, rest)
            server.received.append(body)
            assert (header(got, b"accept-encoding") is not None) == (ASKING in body)
            if ASKING in body:
                sock.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n%b" % (len(no), no))
            else:
                sock.sendall(STREAM % b"" + chunked(plain))

    with upstream(script) as server, gateway(injecting(server)) as running:
        for _ in range(2):
            assert running.ask(request())[::2] == (200, plain)
        assert [ASKING in body for body in server.received] == [True, False, False]
        assert [record.status for record in running.journal.wait(2)] == [200, 200]


def test_a_request_that_is_wrong_anyway_gets_its_own_error() -> None:
    no = b'{"error":{"message":"no such model"}}'

    def script(sock: socket.socket, server: Upstream) -> None:
        rest = b""
        while True:
            _, body, rest = read_message(sock, rest)
            server.received.append(body)
            sock.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n%b" % (len(no), no))

    with upstream(script) as server, gateway(injecting(server)) as running:
        for _ in range(2):
            assert running.ask(request())[::2] == (400, no)
        assert [ASKING in body for body in server.received] == [True, False] * 2, "which is no reason to stop asking"


def test_a_client_that_takes_codings_is_asked_for_once_the_server_streams_without() -> None:
    asked, plain = PAIRS["vllm chat"]
    coded = request(CHAT, b"Accept-Encoding: gzip, deflate")
    with upstream(serving(asked, plain)) as server, gateway(injecting(server)) as running:
        for _ in range(2):
            assert running.ask(coded)[2] == plain
        assert [ASKING in received for received in server.received] == [False, True]
        assert all(header(received, b"accept-encoding") == b"gzip, deflate" for received in server.received)


def test_coded_answers_are_left_alone() -> None:
    asked, plain = b"coded-with-usage", b"coded"
    coded = request(CHAT, b"Accept-Encoding: gzip")
    script = serving(asked, plain, head=b"Content-Encoding: gzip\r\n")
    with upstream(script) as server, gateway(injecting(server)) as running:
        for _ in range(3):
            assert running.ask(coded)[2] == plain
        assert not any(ASKING in received for received in server.received)


def test_events_pass_before_the_next_is_sent() -> None:
    asked, plain = PAIRS["vllm chat"]
    events = [event + b"\n\n" for event in asked.split(b"\n\n")[:-1]]

    def script(sock: socket.socket, server: Upstream) -> None:
        read_message(sock)
        sock.sendall(STREAM % b"" + b"%x\r\n%b\r\n" % (len(events[0]), events[0]))
        read_head(sock)  # the test lets the rest go only when it has read the first event
        sock.sendall(chunked(*events[1:]))

    with upstream(script) as server, gateway(injecting(server)) as running, running.connect() as sock:
        sock.sendall(request())
        head, data = read_head(sock)
        while events[0] not in data:
            got = sock.recv(65536)
            assert got
            data += got
        server._open[0].settimeout(PATIENCE)
        running.loop.call_soon_threadsafe(_nudge, running.worker)
        assert read_message(sock, head + data)[1] == plain


def _nudge(worker: object) -> None:
    """Write a line to the model server over the connection in use, which the script waits for."""
    for client in worker.clients:  # type: ignore[attr-defined]
        client.relay.connection.transport.write(b"go\r\n\r\n")


@pytest.mark.parametrize("left", [1, 30, 200])
def test_a_cut_stream_is_passed_on_to_its_last_byte_and_cut(left: int) -> None:
    asked, plain = PAIRS["ollama chat"]
    part = asked[: len(plain) // 2 + left]

    def script(sock: socket.socket, server: Upstream) -> None:
        read_message(sock)
        sock.sendall(STREAM % b"" + b"%x\r\n%b\r\n" % (len(part), part))

    with upstream(script) as server, gateway(injecting(server)) as running, running.connect() as sock:
        sock.sendall(request())
        data = b""
        while got := sock.recv(65536):
            data += got
        body = b"".join(data.partition(b"\r\n\r\n")[2].split(b"\r\n")[1::2])
        assert body == part
        assert not data.endswith(b"0\r\n\r\n")
        assert running.journal.wait()[0].outcome == "upstream_closed"


@pytest.mark.parametrize("framing", ["length", "close"])
def test_streams_that_are_not_chunked(framing: str) -> None:
    asked, plain = PAIRS["vllm chat"]

    def script(sock: socket.socket, server: Upstream) -> None:
        read_message(sock)
        lines = b"Content-Length: %d\r\n" % len(asked) if framing == "length" else b""
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n%b\r\n" % lines + asked)

    with upstream(script) as server, gateway(injecting(server)) as running:
        status, head, body = running.ask(request())
        assert (status, body) == (200, plain)
        assert header(head, b"transfer-encoding") == b"chunked"


def test_a_strict_worker_holds_the_end_of_a_changed_stream() -> None:
    asked, plain = PAIRS["ollama chat"]
    with (
        upstream(serving(asked, plain)) as server,
        gateway(injecting(server), durability="strict") as running,
        running.connect() as sock,
    ):
        running.journal.durable = False
        sock.sendall(request())
        running.wait(lambda: bool(running.journal.waiting))
        running.journal.waiting[0](True)
        assert read_message(sock)[1] == plain


def test_trailers_pass_and_end_what_a_strict_worker_holds() -> None:
    asked, plain = PAIRS["vllm chat"]
    ended = chunked(asked)[:-2] + b"X-Sum: 1\r\n\r\n"

    def script(sock: socket.socket, server: Upstream) -> None:
        read_message(sock)
        sock.sendall(STREAM % b"" + ended)

    with (
        upstream(script) as server,
        gateway(injecting(server), durability="strict") as running,
        running.connect() as sock,
    ):
        running.journal.durable = False
        sock.sendall(request())
        running.wait(lambda: bool(running.journal.waiting))
        _, data = read_head(sock)
        while plain[-14:] not in data:
            data += sock.recv(65536)
        assert b"0\r\nX-Sum" not in data, "nothing that ends the body goes out before the record is on disk"
        running.journal.waiting[0](True)
        while not data.endswith(b"0\r\nX-Sum: 1\r\n\r\n"):
            got = sock.recv(65536)
            assert got
            data += got


def test_a_stale_connection_is_replaced_with_the_question_in_it() -> None:
    asked, plain = PAIRS["vllm chat"]

    def script(sock: socket.socket, server: Upstream) -> None:
        _, body, _ = read_message(sock)
        server.received.append(body)
        sock.sendall(STREAM % b"" + chunked(asked if ASKING in body else plain))
        if server.connections == 1:
            read_head(sock)  # takes the next request and closes without an answer

    with upstream(script) as server, gateway(injecting(server)) as running, running.connect() as sock:
        for _ in range(2):
            sock.sendall(request())
            assert read_message(sock)[1] == plain
        assert server.connections == 2
        assert all(ASKING in body for body in server.received)


# --- A real model server ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def llama_cpp() -> Iterator[int]:
    """Port of a real llama.cpp server with the demo's model."""
    script = Path(__file__).parents[1] / "captures/record_llama_cpp.py"
    command = [sys.executable, str(script), "serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield int(process.stdout.readline())
        process.stdin.close()


def patiently(running: Gateway, raw: bytes) -> tuple[int, bytes, bytes]:
    """Ask a model that writes slowly where the machine is busy."""
    with running.connect() as sock:
        sock.settimeout(20 * PATIENCE)
        sock.sendall(raw)
        head, body, _ = read_message(sock)
        return int(head.split(b" ", 2)[1]), head, body


@pytest.mark.parametrize("path", [b"/v1/chat/completions", b"/v1/completions"])
def test_a_real_llama_cpp_server(llama_cpp: int, path: bytes) -> None:
    text = (
        b'"messages":[{"role":"user","content":"Name three fruits."}]' if b"chat" in path else b'"prompt":"One, two,"'
    )
    asking = request(b'{"model":"smollm2","stream":true,"temperature":0,"max_tokens":6,%b}' % text, path=path)
    url = f"http://127.0.0.1:{llama_cpp}"
    asked = UpstreamOptions(name="default", url=url, inject_usage=True)
    plainly = UpstreamOptions(name="plain", url=url, prefix="/plain")
    with gateway(asked, plainly) as running:
        unchanged = asking.replace(b"POST /", b"POST /plain/", 1)
        patiently(running, unchanged)  # so that both find the prompt in the cache, and compute the same
        status, head, injected = patiently(running, asking)
        plain_status, plain_head, plain = patiently(running, unchanged)
        assert (status, head) == (plain_status, plain_head)
        assert same(injected) == same(plain)
        records = running.journal.wait(3)[1:]
        assert (b'"choices":[]' in records[0].response_body) is (b"chat" in path)
        usage, unasked = (decode(record).usage for record in records)
        assert (usage.input_tokens, usage.output_tokens) == (34 if b"chat" in path else 4, 6)
        assert (unasked.input_tokens, unasked.output_tokens) == (usage.input_tokens, usage.output_tokens)
