"""How each protocol says the same things: the material of the conformance suite.

Shapes after the protocols' own documents: Ollama's api/types.go, OpenAI's and Anthropic's API references, llama.cpp's
tools/server/README.md. The answer is always "Hello you", 7 tokens for 3, 2 of them cached where that can be said.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

Event = dict[str, Any] | bytes
USER = {"role": "user", "content": "Hi"}
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class Speech(NamedTuple):
    """One protocol.

    Attributes:
        path: where it is asked.
        ask: a request that says "Hi".
        plain: the answer in one piece.
        start: events before the first content.
        said: two events that say "Hello" and " you".
        thought: events that think "Hm".
        tool: events that ask for the tool `get` with {"a": 1}.
        image: a request with one image.
        end: events that end a stream well, usage included.
        usage: whether `end` holds token counts.
        refusal: body of an error answer that says "no".
        inside: the event of an error inside a stream.
        gaps: scenarios that the protocol has not, and why.
        sse: server-sent events; otherwise lines of JSON.
        named: events carry an `event:` line.
    """

    path: str
    ask: dict[str, Any]
    plain: Any
    start: list[Event]
    said: list[Event]
    thought: list[Event]
    tool: list[Event]
    image: dict[str, Any]
    end: list[Event]
    refusal: Any
    inside: Event
    gaps: dict[str, str]
    sse: bool = True
    named: bool = False

    def framed(self, events: list[Event]) -> list[bytes]:
        """The events as they are on the wire."""
        if not self.sse:
            return [msgspec.json.encode(event) + b"\n" for event in events]
        found = []
        for event in events:
            text = event if isinstance(event, bytes) else msgspec.json.encode(event)
            name = f"event: {event['type']}\n".encode() if self.named and isinstance(event, dict) else b""
            found.append(name + b"data: " + text + b"\n\n")
        return found

    def whole(self) -> list[bytes]:
        """A stream from its start to its end, one piece an event."""
        return self.framed(self.start + self.said + self.end)


NO_TOOLS = "completions know no tools"
NO_THINKING = "completions do not tell thinking apart"


def ollama(message: dict[str, Any] | None = None, **more: Any) -> Event:
    return {"model": "m:1", "created_at": "2026-09-21T13:46:40Z", "message": message, "done": False, **more}


def generate(text: str = "", **more: Any) -> Event:
    return {"model": "m:1", "created_at": "2026-09-21T13:46:40Z", "response": text, "done": False, **more}


FIGURES: dict[str, Any] = {
    "done": True, "done_reason": "stop", "prompt_eval_count": 7, "prompt_eval_cached_count": 2, "eval_count": 3,
}  # fmt: skip


def openai(delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> Event:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m:1", "choices": choices, **more}


def piece(**call: Any) -> Event:
    return openai({"tool_calls": [{"index": 0, **call}]})


OPENAI_USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 2}}


def completion(text: str | None = None, finish: str | None = None, **more: Any) -> Event:
    choices = [] if text is None else [{"index": 0, "text": text, "finish_reason": finish}]
    return {"id": "c", "object": "text_completion", "created": 1, "model": "m:1", "choices": choices, **more}


def block(index: int, kind: str, **delta: Any) -> Event:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **delta}}


ANTHROPIC_USAGE = {"input_tokens": 5, "cache_read_input_tokens": 2, "output_tokens": 3}


def answer(status: str, output: list[Any], **more: Any) -> dict[str, Any]:
    return {"id": "r", "object": "response", "status": status, "model": "m:1", "output": output, **more}


def spoken(text: str) -> dict[str, Any]:
    return {"type": "message", "id": "i", "role": "assistant", "content": [{"type": "output_text", "text": text}]}


RESPONSES_USAGE = {"input_tokens": 7, "input_tokens_details": {"cached_tokens": 2}, "output_tokens": 3}
CALLED = {"type": "function_call", "call_id": "c", "name": "get", "arguments": '{"a":1}'}


def native(text: str = "", *, stop: bool = False, **more: Any) -> Event:
    return {"index": 0, "content": text, "tokens": [1], "stop": stop, "id_slot": -1, **more}


NATIVE_END: dict[str, Any] = {
    "model": "m:1", "tokens_predicted": 3, "tokens_evaluated": 7, "stop_type": "eos", "timings": {
        "cache_n": 2, "prompt_n": 5, "prompt_ms": 10.0, "predicted_n": 3, "predicted_ms": 30.0},
}  # fmt: skip

SPEECH: dict[str, Speech] = {
    "ollama chat": Speech(
        path="/api/chat",
        ask={"model": "m:1", "messages": [USER]},
        plain=ollama({"role": "assistant", "content": "Hello you"}, **FIGURES),
        start=[],
        said=[ollama({"role": "assistant", "content": text}) for text in ("Hello", " you")],
        thought=[ollama({"role": "assistant", "content": "", "thinking": text}) for text in ("H", "m")],
        tool=[ollama({"content": "", "tool_calls": [{"function": {"name": "get", "arguments": {"a": 1}}}]})],
        image={"model": "m:1", "messages": [{**USER, "images": [PNG]}]},
        end=[ollama({"role": "assistant", "content": ""}, **FIGURES)],
        refusal={"error": "no"},
        inside={"error": "no"},
        gaps={},
        sse=False,
    ),
    "ollama generate": Speech(
        path="/api/generate",
        ask={"model": "m:1", "prompt": "Hi"},
        plain=generate("Hello you", **FIGURES),
        start=[],
        said=[generate(text) for text in ("Hello", " you")],
        thought=[generate(thinking=text) for text in ("H", "m")],
        tool=[generate(tool_calls=[{"function": {"name": "get", "arguments": {"a": 1}}}])],
        image={"model": "m:1", "prompt": "Hi", "images": [PNG]},
        end=[generate(**FIGURES)],
        refusal={"error": "no"},
        inside={"error": "no"},
        gaps={},
        sse=False,
    ),
    "openai chat": Speech(
        path="/v1/chat/completions",
        ask={"model": "m:1", "messages": [USER]},
        plain={
            "model": "m:1",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello you"}}],
            "usage": OPENAI_USAGE,
        },
        start=[openai({"role": "assistant", "content": None})],
        said=[openai({"content": text}) for text in ("Hello", " you")],
        thought=[openai({"reasoning_content": text}) for text in ("H", "m")],
        tool=[
            piece(id="c", type="function", function={"name": "get", "arguments": ""}),
            piece(function={"arguments": '{"a"'}),
            piece(function={"arguments": ":1}"}),
        ],
        image={
            "model": "m:1",
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "Hi"},
                        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}},
                    ],
                }
            ],
        },
        end=[openai({}, "stop"), openai(usage=OPENAI_USAGE), b"[DONE]"],
        refusal={"error": {"message": "no", "type": "t", "param": None, "code": None}},
        inside={"error": {"message": "no"}},
        gaps={},
    ),
    "openai completions": Speech(
        path="/v1/completions",
        ask={"model": "m:1", "prompt": "Hi"},
        plain={"model": "m:1", "choices": [{"index": 0, "text": "Hello you"}], "usage": OPENAI_USAGE},
        start=[],
        said=[completion(text) for text in ("Hello", " you")],
        thought=[],
        tool=[],
        image={},
        end=[completion("", "stop"), completion(usage=OPENAI_USAGE), b"[DONE]"],
        refusal={"error": {"message": "no", "type": "t"}},
        inside={"error": {"message": "no"}},
        gaps={"tools": NO_TOOLS, "thinking": NO_THINKING, "images": "completions take text only"},
    ),
    "openai responses": Speech(
        path="/v1/responses",
        ask={"model": "m:1", "instructions": "Be kind.", "input": "Hi"},
        plain=answer("completed", [spoken("Hello you")], usage=RESPONSES_USAGE),
        start=[{"type": "response.created", "response": answer("in_progress", [])}],
        said=[{"type": "response.output_text.delta", "item_id": "i", "delta": text} for text in ("Hello", " you")],
        thought=[{"type": "response.reasoning_text.delta", "item_id": "t", "delta": text} for text in ("H", "m")],
        tool=[
            {"type": "response.output_item.added", "item": {**CALLED, "arguments": ""}},
            {"type": "response.function_call_arguments.delta", "delta": '{"a"'},
            {"type": "response.function_call_arguments.delta", "delta": ":1}"},
            {"type": "response.output_item.done", "item": CALLED},
        ],
        image={
            "model": "m:1",
            "input": [
                {
                    "role": "user",
                    "content": [
                        {"type": "input_text", "text": "Hi"},
                        {"type": "input_image", "image_url": f"data:image/png;base64,{PNG}"},
                    ],
                }
            ],
        },
        end=[
            {"type": "response.output_text.done", "text": "Hello you"},
            {
                "type": "response.completed",
                "response": answer("completed", [spoken("Hello you")], usage=RESPONSES_USAGE),
            },
        ],
        refusal={"error": {"message": "no", "type": "t"}},
        inside={"type": "error", "code": "t", "message": "no"},
        gaps={},
        named=True,
    ),
    "anthropic": Speech(
        path="/v1/messages",
        ask={"model": "m:1", "max_tokens": 9, "system": "Be kind.", "messages": [USER]},
        plain={
            "type": "message",
            "model": "m:1",
            "content": [{"type": "text", "text": "Hello you"}],
            "usage": ANTHROPIC_USAGE,
        },
        start=[
            {"type": "message_start", "message": {"model": "m:1", "content": [], "usage": {"input_tokens": 99}}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "ping"},
        ],
        said=[block(0, "text_delta", text=text) for text in ("Hello", " you")],
        thought=[
            {"type": "content_block_start", "index": 1, "content_block": {"type": "thinking", "thinking": ""}},
            block(1, "thinking_delta", thinking="H"),
            block(1, "thinking_delta", thinking="m"),
            block(1, "signature_delta", signature="x"),
        ],
        tool=[
            {
                "type": "content_block_start",
                "index": 2,
                "content_block": {"type": "tool_use", "id": "c", "name": "get"},
            },
            block(2, "input_json_delta", partial_json='{"a"'),
            block(2, "input_json_delta", partial_json=":1}"),
        ],
        image={
            "model": "m:1",
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "Hi"},
                        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
                    ],
                }
            ],
        },
        end=[
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": ANTHROPIC_USAGE},
            {"type": "message_stop"},
        ],
        refusal={"type": "error", "error": {"type": "t", "message": "no"}, "request_id": "q"},
        inside={"type": "error", "error": {"type": "overloaded_error", "message": "no"}},
        gaps={},
        named=True,
    ),
    "llama.cpp completion": Speech(
        path="/completion",
        ask={"prompt": "Hi", "n_predict": 3},
        plain=native("Hello you", stop=True, **NATIVE_END),
        start=[],
        said=[native(text) for text in ("Hello", " you")],
        thought=[],
        tool=[],
        image={"prompt": {"prompt_string": "Hi", "multimodal_data": [PNG]}},
        end=[native(stop=True, **NATIVE_END)],
        refusal={"error": {"code": 400, "message": "no", "type": "invalid_request_error"}},
        inside={"error": {"code": 500, "message": "no", "type": "server_error"}},
        gaps={"tools": NO_TOOLS, "thinking": NO_THINKING},
    ),
}
