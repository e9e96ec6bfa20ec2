"""The explicit list of what is read how: for each form of route, its readers and its terminator.

A new protocol is a line here. `None` stands for bodies that are not read at all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sereno.calls import Message
from sereno.wire import anthropic, llamacpp, ollama, openai, openai_request, responses
from sereno.wire.answer import Answer
from sereno.wire.pictures import See
from sereno.wire.request import RequestBody
from sereno.wire.routes import Form


class Readers(NamedTuple):
    """How the bodies of a form are read.

    Attributes:
        messages: the request's messages.
        stream: a streamed answer, None where the form does not stream.
        document: an answer in one piece (`ValueError` if it is none), None where nothing in it matters.
        terminator: what ends a stream well, for people.
    """

    messages: Callable[[RequestBody, See], list[Message]] | None
    stream: Callable[[bytes], Answer] | None
    document: Callable[[bytes], Answer] | None
    terminator: str = ""


READERS: dict[Form, Readers] = {
    "chat": Readers(ollama.chat_messages, ollama.read_stream, ollama.read_document, '"done":true'),
    "generate": Readers(ollama.generate_messages, ollama.read_stream, ollama.read_document, '"done":true'),
    "embed": Readers(openai_request.prompt_messages, None, ollama.read_vectors),
    "embeddings": Readers(openai_request.prompt_messages, None, ollama.read_vectors),
    "progress": Readers(None, ollama.read_progress, None, '"status":"success"'),
    "manage": Readers(None, None, None),
    "chat_completions": Readers(openai_request.chat_messages, openai.read_stream, openai.read_document, "[DONE]"),
    "completions": Readers(openai_request.prompt_messages, openai.read_stream, openai.read_document, "[DONE]"),
    "openai_embeddings": Readers(openai_request.prompt_messages, None, openai.read_vectors),
    "responses": Readers(
        responses.messages, responses.read_stream, responses.read_document, "response.completed, .incomplete or .failed"
    ),
    "messages": Readers(anthropic.messages, anthropic.read_stream, anthropic.read_document, "message_stop"),
    "llamacpp": Readers(llamacpp.messages, llamacpp.read_stream, llamacpp.read_document, '"stop":true'),
    "llamacpp_embeddings": Readers(llamacpp.messages, None, llamacpp.read_vectors),
    "none": Readers(None, None, None),
}
