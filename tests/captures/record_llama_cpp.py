"""Records `llama-cpp/` off the sockets of a real llama.cpp server (xllamacpp with the demo's model).

    python tests/captures/record_llama_cpp.py [serve [ADAPTER …]]

With `serve` one server is opened, its port written, and closed with standard input; it loads these adapters (GGUF files
of LoRA), turned off. To record, two are opened on free
ports: one that writes, one that embeds. Every exchange is one connection.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from base64 import b64encode
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sereno.demo.library import library
from sereno.demo.weights import model_file
from sereno.wire.http1 import HttpResponse

FOLDER = Path(__file__).parent / "llama-cpp"
SERVER = f"llama.cpp in xllamacpp {version('xllamacpp')}"
FRUIT = "Name three fruits."
SHORT = {"temperature": 0, "max_tokens": 6}
CHAT = {"model": "smollm2", "messages": [{"role": "user", "content": FRUIT}], **SHORT}
USAGE = {"stream_options": {"include_usage": True}}
STREAM = {"stream": True}
TEXT = {"model": "smollm2", "prompt": "One, two,", **SHORT}
NATIVE = {"prompt": "One, two,", "n_predict": 6, "temperature": 0}
ANSWERS = {"model": "smollm2", "input": FRUIT, "max_output_tokens": 6, "temperature": 0}
WRITER: dict[str, tuple[str, Any]] = {
    "chat_stream": ("/v1/chat/completions", CHAT | STREAM),
    "chat_stream_usage": ("/v1/chat/completions", CHAT | STREAM | USAGE),
    "chat_nostream": ("/v1/chat/completions", CHAT),
    "chat_two_choices": ("/v1/chat/completions", CHAT | STREAM | USAGE | {"n": 2}),
    "chat_too_long": ("/v1/chat/completions", CHAT | {"messages": [{"role": "user", "content": "word " * 600}]}),
    "chat_malformed_json": ("/v1/chat/completions", b'{"messages": ['),
    "completions_stream": ("/v1/completions", TEXT | STREAM),
    "completions_stream_usage": ("/v1/completions", TEXT | STREAM | USAGE),
    "completions_nostream": ("/v1/completions", TEXT),
    "completions_two_prompts": ("/v1/completions", TEXT | {"prompt": ["One, two,", "Red, green,"]}),
    "completion_native_stream": ("/completion", NATIVE | STREAM),
    "completion_native": ("/completion", NATIVE),
    "messages_stream": ("/v1/messages", CHAT | STREAM),
    "messages_nostream": ("/v1/messages", CHAT),
    "messages_count_tokens": ("/v1/messages/count_tokens", CHAT),
    "responses_stream": ("/v1/responses", ANSWERS | STREAM),
    "responses_nostream": ("/v1/responses", ANSWERS),
    "infill_unsupported": ("/infill", {"input_prefix": "def f(", "input_suffix": "return x", "n_predict": 3}),
    "rerank_unsupported": ("/v1/rerank", {"query": "fruit", "documents": ["apple"]}),
    "tokenize": ("/tokenize", {"content": FRUIT}),
    "health": ("/health", None),
    "slots": ("/slots", None),
}
EMBEDDER: dict[str, tuple[str, Any]] = {
    "embedding_native": ("/embedding", {"content": "fruit"}),
    "embeddings_openai": ("/v1/embeddings", {"model": "smollm2", "input": ["fruit", "night"]}),
}


def open_server(*, embeds: bool, adapters: Sequence[str] = ()) -> Any:
    """A server on a free port; its address is `listening_address`."""
    xllamacpp = library()
    params = xllamacpp.CommonParams()
    params.model.path = str(model_file())
    params.model_alias = {"smollm2"}
    params.port = 0
    params.verbosity = -1
    params.warmup = False
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1  # more spin for each other on a busy machine
    params.n_ctx = params.n_batch = params.n_ubatch = 512
    params.n_parallel = 2
    params.endpoint_slots = True
    params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(path, 0.0) for path in adapters]
    params.embedding = embeds
    if embeds:
        params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    return xllamacpp.Server(params)


def record(port: int, name: str, path: str, body: Any) -> dict[str, Any]:
    """Make one request and keep each read of the socket with its time."""
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    method = "GET" if body is None else "POST"
    headers = [["Host", f"127.0.0.1:{port}"], ["User-Agent", "capture/1"], ["Accept", "*/*"]]
    if body is not None:
        headers += [["Content-Type", "application/json"], ["Content-Length", str(len(data))]]
    head = "\r\n".join([f"{method} {path} HTTP/1.1", *(f"{key}: {value}" for key, value in headers)])
    answer, reads, end = HttpResponse(method), [], "complete"
    with socket.create_connection(("127.0.0.1", port), timeout=60) as sock:
        began = time.monotonic()
        sock.sendall(head.encode() + b"\r\n\r\n" + data)
        while not answer.done:
            read = sock.recv(65536)
            if not read:
                end = "complete" if answer.end() else "closed_by_server"
                break
            reads.append([round(time.monotonic() - began, 6), b64encode(read).decode()])
            answer.feed(read)
        ended = round(time.monotonic() - began, 6)
    request = {"method": method, "path": path, "version": "HTTP/1.1", "headers": headers}
    return {
        "name": name,
        "server": SERVER,
        "request": request | {"body_base64": b64encode(data).decode()},
        "response": reads,
        "end": end,
        "t_end": ended,
    }


def main() -> None:
    """Record all; the files are replaced."""
    FOLDER.mkdir(exist_ok=True)
    for embeds, wanted in ((False, WRITER), (True, EMBEDDER)):
        server = open_server(embeds=embeds)
        port = int(server.listening_address.rpartition(":")[2])
        for name, (path, body) in wanted.items():
            found = record(port, name, path, body)
            (FOLDER / f"{name}.json").write_text(json.dumps(found, indent=None) + "\n")
        del server


def serve(adapters: Sequence[str]) -> None:
    """One server that writes, until standard input ends."""
    server = open_server(embeds=False, adapters=adapters)
    sys.stdout.write(server.listening_address.rpartition(":")[2] + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    del server


if __name__ == "__main__":
    serve(sys.argv[2:]) if sys.argv[1:2] == ["serve"] else main()
