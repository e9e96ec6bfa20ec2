"""Exchange → Call: microseconds of CPU a call, by protocol and length of the stream.

    python benchmarks/decode.py [PROTOCOL …] [--profile]

Texts look like a model's: words of one to three tokens, punctuation, Markdown, code with quotes and line ends, escapes
and characters outside ASCII; every event has its own text and time stamp, as servers write them. Each figure is the
median of many rounds, in CPU time of this process. A fixed loop is timed beside every round, and the round scaled by
how much slower than at its best that loop was: on a shared machine the same work takes up to twice as long. Real
recordings (tests/captures) are measured beside them.
"""

from __future__ import annotations

import cProfile
import json
import pstats
import random
import sys
from pathlib import Path
from statistics import median
from time import process_time_ns

from sereno.calls import Exchange
from sereno.wire.captures import exchanges, parse_capture
from sereno.wire.decode import decode

SIZES = (1, 40, 200, 1000)
CALLS, ROUNDS = 24, 41
WORDS = (
    "the night watchman reads every call and writes down what it meant for model answer token stream server "
    "client time first chunk error value return because however"
)
PIECES = (
    *(" " + word for word in WORDS.split()),
    ",", ".", ":", " (", ")", "'s", "\n\n", "\n", "- ", " **", "**", "```", "python", '"', ' "', '",', "\\n", "\t",
    "    ", " def", " =", " {", "}", "[", "]", " <b>", "é", " año", "–", " 你好", "世界", "🙂", " -", "1", "24", "%",
)  # fmt: skip
CAPTURES = Path(__file__).parents[1] / "tests/captures/ollama-0.24.0"
REAL = ("chat_stream", "chat_nostream", "generate_stream", "v1_chat_stream_usage", "v1_messages_stream",
        "v1_responses_stream", "chat_tools_stream", "embed_single")  # fmt: skip


def stamp(chance: random.Random) -> str:
    """Go's RFC 3339 with nanoseconds: trailing zeros left out."""
    return f"2026-09-21T13:46:{chance.randrange(60):02}.{chance.randrange(10**9):09}".rstrip("0") + "Z"


def dumps(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def ndjson(events: list[dict]) -> list[bytes]:
    return [dumps(event) + b"\n" for event in events]


def sse(events: list[dict], *, named: bool = False) -> list[bytes]:
    return [(b"event: %b\n" % event["type"].encode() if named else b"") + b"data: " + dumps(event) + b"\n\n"
            for event in events]  # fmt: skip


def ollama_chat(texts: list[str], chance: random.Random, field: str = "content") -> list[bytes]:
    said = [{"role": "assistant", "content": "", field: text} for text in texts]
    lines = [{"model": "smollm2:135m", "created_at": stamp(chance), "message": one, "done": False} for one in said]
    return ndjson([*lines, {**lines[-1], "message": {"role": "assistant", "content": ""}, **figures(len(texts))}])


def ollama_thinking(texts: list[str], chance: random.Random) -> list[bytes]:
    return ollama_chat(texts, chance, "thinking")


def ollama_generate(texts: list[str], chance: random.Random) -> list[bytes]:
    lines = [{"model": "smollm2:135m", "created_at": stamp(chance), "response": text, "done": False} for text in texts]
    return ndjson([*lines, {**lines[-1], "response": "", **figures(len(texts)), "context": list(range(len(texts)))}])


def figures(tokens: int) -> dict:
    return {"done": True, "done_reason": "stop", "total_duration": 1_400_000_000, "load_duration": 10_000_000,
            "prompt_eval_count": 80, "prompt_eval_duration": 100_000_000, "eval_count": tokens,
            "eval_duration": 1_200_000_000}  # fmt: skip


def openai_chat(texts: list[str], _chance: random.Random, field: str = "content") -> list[bytes]:
    def event(delta: dict, finish: str | None) -> dict:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return {"id": "chatcmpl-482", "object": "chat.completion.chunk", "created": 1790000000, "model": "smollm2:135m",
                "system_fingerprint": "fp_ollama", "choices": [choice]}  # fmt: skip

    events = [event({"role": "assistant", "content": "", field: text}, None) for text in texts]
    usage = {**event({}, None), "choices": [], "usage": {"prompt_tokens": 80, "completion_tokens": len(texts)}}
    return [*sse([*events, event({"role": "assistant", "content": ""}, "stop"), usage]), b"data: [DONE]\n\n"]


def openai_reasoning(texts: list[str], chance: random.Random) -> list[bytes]:
    return openai_chat(texts, chance, "reasoning")


def anthropic(texts: list[str], _chance: random.Random) -> list[bytes]:
    deltas = [{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
              for text in texts]  # fmt: skip
    start = {"id": "msg_1", "type": "message", "role": "assistant", "model": "smollm2:135m", "content": [],
             "usage": {"input_tokens": 5, "output_tokens": 0}}  # fmt: skip
    return sse([
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *deltas,
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"},
         "usage": {"input_tokens": 80, "output_tokens": len(texts)}},
        {"type": "message_stop"},
    ], named=True)  # fmt: skip


def responses(texts: list[str], _chance: random.Random) -> list[bytes]:
    head = {"id": "resp_1", "object": "response", "model": "smollm2:135m", "output": [], "status": "in_progress"}
    deltas = [{"type": "response.output_text.delta", "sequence_number": i, "item_id": "msg_1", "output_index": 0,
               "content_index": 0, "delta": text, "logprobs": []} for i, text in enumerate(texts)]  # fmt: skip
    item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": "".join(texts)}]}  # fmt: skip
    whole = {
        **head,
        "status": "completed",
        "output": [item],
        "usage": {"input_tokens": 80, "output_tokens": len(texts)},
    }
    return sse([{"type": "response.created", "response": head}, *deltas,
                {"type": "response.completed", "response": whole}], named=True)  # fmt: skip


def completions(texts: list[str], _chance: random.Random) -> list[bytes]:
    def event(text: str, finish: str | None) -> dict:
        return {"id": "cmpl-22", "object": "text_completion", "created": 1790000000,
                "choices": [{"text": text, "index": 0, "finish_reason": finish}], "model": "smollm2:135m",
                "system_fingerprint": "fp_ollama"}  # fmt: skip

    usage = {**event("", None), "choices": [], "usage": {"prompt_tokens": 80, "completion_tokens": len(texts)}}
    return [*sse([*(event(text, None) for text in texts), event("", "stop"), usage]), b"data: [DONE]\n\n"]


PROTOCOLS = {
    "ollama chat": ("/api/chat", b"application/x-ndjson", ollama_chat),
    "ollama thinking": ("/api/chat", b"application/x-ndjson", ollama_thinking),
    "ollama generate": ("/api/generate", b"application/x-ndjson", ollama_generate),
    "openai chat": ("/v1/chat/completions", b"text/event-stream", openai_chat),
    "openai reasoning": ("/v1/chat/completions", b"text/event-stream", openai_reasoning),
    "completions": ("/v1/completions", b"text/event-stream", completions),
    "anthropic": ("/v1/messages", b"text/event-stream", anthropic),
    "responses": ("/v1/responses", b"text/event-stream", responses),
}


def exchange(name: str, size: int, chance: random.Random) -> Exchange:
    path, kind, write = PROTOCOLS[name]
    question = "".join(chance.choices(PIECES, k=80))
    asked = {"model": "smollm2:135m", "stream": True, "messages": [{"role": "user", "content": question}],
             "prompt": question, "input": question}  # fmt: skip
    request = dumps(asked)
    pieces = write(chance.choices(PIECES, k=size), chance)
    ends = [len(pieces[0])]
    for piece in pieces[1:]:
        ends.append(ends[-1] + len(piece))
    times = [0.1 + i * 0.033 for i in range(len(pieces))]
    return Exchange(
        id=chance.randbytes(16), started_ns=1_790_000_000_000_000_000, upstream="default", peer="127.0.0.1", key="",
        user="ana", session=None, method="POST", target=path,
        request_headers=((b"Content-Type", b"application/json"), (b"User-Agent", b"python-httpx/0.28"),
                         (b"Accept-Encoding", b"gzip, deflate")),
        request_body=request, request_size=len(request), request_at=0.001, status=200,
        response_headers=((b"Content-Type", kind), (b"Date", b"Mon, 21 Sep 2026 13:46:40 GMT")),
        response_body=b"".join(pieces), response_size=ends[-1], head_at=0.1, chunk_times=tuple(times),
        chunk_ends=tuple(ends), chunks=len(pieces), ended_at=times[-1], outcome="complete",
    )  # fmt: skip


def calibration() -> int:
    """Nanoseconds of CPU for a fixed piece of work: how fast this machine is right now."""
    began = process_time_ns()
    total = 0
    for number in range(20_000):
        total += number & 7
    return process_time_ns() - began


def micros(calls: list[Exchange], repeat: int) -> list[tuple[float, float]]:
    """Rounds: (microseconds of CPU of one decode, nanoseconds of the fixed loop beside it)."""
    found = []
    for _ in range(ROUNDS):
        before = calibration()
        began = process_time_ns()
        for _ in range(repeat):
            for call in calls:
                decode(call)
        took = (process_time_ns() - began) / repeat / len(calls) / 1000
        found.append((took, (before + calibration()) / 2))
    return found


def scaled(rounds: list[tuple[float, float]], quiet: float) -> float:
    """Median of the rounds, each as fast as the machine is at its best."""
    return median(took * quiet / loop for took, loop in rounds)


def main(names: list[str], *, profile: bool) -> None:
    rows = {}
    for name in names:
        for size in SIZES:
            chance = random.Random(size)
            calls = [exchange(name, size, chance) for _ in range(CALLS)]
            assert all(decode(call).status == "success" and decode(call).decode_error is None for call in calls)
            rows[name, size] = micros(calls, max(1, 200 // size // CALLS))
    for name in REAL:
        path = CAPTURES / f"{name}.json"
        if path.exists():
            call = exchanges(parse_capture(path.read_bytes()))[0]
            rows[name, call.chunks] = micros([call], 10)
    loops = [loop for rounds in rows.values() for _, loop in rounds]
    quiet = min(loops)
    print(f"{'µs of CPU a call':22}" + "".join(f"{size:>9}" for size in SIZES) + "   events")
    for name in names:
        print(f"{name:22}" + "".join(f"{scaled(rows[name, size], quiet):9.1f}" for size in SIZES))
    for (name, chunks), rounds in rows.items():
        if name in REAL:
            print(f"  recorded {name:22} {chunks:4} chunks {scaled(rounds, quiet):9.1f}")
    print(f"fixed loop: {quiet / 1000:.0f} µs at best, {median(loops) / 1000:.0f} µs in the median")
    if profile:
        calls = [exchange(names[0], 40, random.Random(1)) for _ in range(1000)]
        watch = cProfile.Profile()
        watch.runcall(lambda: [decode(call) for call in calls])
        pstats.Stats(watch).sort_stats("tottime").print_stats(22)


if __name__ == "__main__":
    wanted = [name for name in PROTOCOLS if any(arg in name for arg in sys.argv[1:] if arg != "--profile")]
    main(wanted or list(PROTOCOLS), profile="--profile" in sys.argv)
