"""llama.cpp's own API: /completion, /infill and /embedding (tools/server/README.md of llama.cpp).

Streams are server-sent events without `[DONE]`; the one with `"stop":true` ends a choice and holds its figures.
Other servers (LM Studio, Azure) answer on the unversioned paths as OpenAI does; such bodies are read as theirs.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sereno.calls import Message, Usage
from sereno.wire import jsontext, openai
from sereno.wire.answer import Answer, joined
from sereno.wire.errors import message_in
from sereno.wire.events import server_sent
from sereno.wire.openai_request import prompt_messages
from sereno.wire.pictures import See
from sereno.wire.request import RequestBody
from sereno.wire.timing import count
from sereno.wire.usage import Figures, figures_of, together

_FRONT = 4096
_MAX_CHOICES = 128


class _Event(msgspec.Struct, gc=False):
    content: str | None = None
    stop: bool | None = False
    index: int | None = 0
    error: Any = None


class _End(_Event, gc=False):
    model: str | None = None
    stop_type: str | None = None
    stopped_limit: bool | None = None
    tokens_evaluated: Any = None
    tokens_predicted: Any = None
    timings: Any = None


class _Vectors(msgspec.Struct, gc=False):
    error: Any = None


_events = msgspec.json.Decoder(_Event)
_ends = msgspec.json.Decoder(_End)
_documents = msgspec.json.Decoder(_End | list[_End])  # a list for several prompts
_vectors = msgspec.json.Decoder(_Vectors | list[Any])


class _Choice:
    __slots__ = ("end", "texts")

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.end: _End | None = None


def read_stream(body: bytes) -> Answer:
    """A streamed answer of /completion, /completions or /infill."""
    if b'"choices":' in body[:_FRONT]:
        return openai.read_stream(body)
    answer = Answer()
    choices: dict[int, _Choice] = {}
    for batch in server_sent(body, _events, answer):
        stops: dict[int, int] = {}
        for number, event in enumerate(batch.events):
            choice = choices.get(event.index or 0)
            if choice is None:
                if len(choices) >= _MAX_CHOICES:
                    continue
                choice = choices[event.index or 0] = _Choice()
            if event.content:
                choice.texts.append(event.content)
                if answer.first_content is None:
                    answer.first_content = batch.end(number)
            if event.stop:
                stops[event.index or 0] = number
            if event.error is not None:
                answer.error = message_in(event.error) or answer.error
        for index, number in stops.items():
            try:
                choices[index].end = jsontext.read(batch.data(number), _ends)
            except ValueError as error:
                answer.trouble(error)
    found = [choices[index] for index in sorted(choices)]
    _take(answer, [(joined(choice.texts), choice.end) for choice in found])
    answer.done = bool(found) and all(choice.end is not None for choice in found)
    return answer


def read_document(body: bytes) -> Answer:
    """An answer of /completion, /completions or /infill in one piece: an object, or a list of them.

    Raises:
        ValueError: it is neither.
    """
    if b'"choices":' in body[:_FRONT]:
        return openai.read_document(body)
    found = jsontext.read_cut(body, _documents)
    ends = found if isinstance(found, list) else [found]
    answer = Answer(done=True)
    _take(answer, [(end.content or "", end) for end in ends[:_MAX_CHOICES]])
    answer.error = next((message_in(end.error) for end in ends if end.error is not None), None)
    return answer


def _take(answer: Answer, choices: list[tuple[str, _End | None]]) -> None:
    answer.text = choices[0][0] if choices else ""
    answer.others = tuple(Message("assistant", text) for text, _ in choices[1:])
    ends = [end for _, end in choices if end is not None]
    if ends:
        answer.model, answer.finish_reason = ends[0].model, _reason(ends[0])
        figures = together([_figures(end) for end in ends], prompts=True)
        answer.usage, answer.prompt_eval, answer.eval = figures


def _reason(end: _End) -> str | None:
    """`eos`, `word` or `limit`; before `stop_type` (2024-12) only the limit can be told."""
    return end.stop_type or ("limit" if end.stopped_limit else None)


def _figures(end: _End) -> Figures:
    """`tokens_evaluated` is the whole prompt, `timings.cache_n` what of it was in the cache."""
    told = figures_of(end.timings) or Figures(Usage(), None, None)
    usage = Usage(count(end.tokens_evaluated), told.usage.cached_input_tokens, count(end.tokens_predicted))
    return Figures(usage, told.prompt_eval, told.eval)


def read_vectors(body: bytes) -> Answer:
    """An answer of /embedding or /embeddings: a list of vectors without usage, or OpenAI's object.

    Raises:
        ValueError: it is neither.
    """
    found = jsontext.read_cut(body, _vectors)
    if isinstance(found, list):
        return Answer(done=True)
    return openai.read_vectors(body)


def messages(body: RequestBody, see: See) -> list[Message]:
    """The prompts of a request; of /infill the text before the gap and the text behind it.

    A prompt may be an object with text and images: `{"prompt_string", "multimodal_data"}`.
    """
    before, behind = body.input_prefix, body.input_suffix
    if isinstance(before, str) or isinstance(behind, str):
        parts = (before, body.prompt, behind)
        return [Message("user", "\n".join(part for part in parts if isinstance(part, str) and part))]
    prompts = body.prompt if isinstance(body.prompt, list) else [body.prompt]
    found = [_with_images(prompt, see) for prompt in prompts if isinstance(prompt, dict)]
    if body.prompt is None and body.content is not None:
        body = RequestBody(input=body.content)
    return [*prompt_messages(body, see), *found]


def _with_images(prompt: dict[str, Any], see: See) -> Message:
    text, images = prompt.get("prompt_string"), prompt.get("multimodal_data")
    seen = (
        tuple(see(image, None) for image in images if isinstance(image, str | dict)) if isinstance(images, list) else ()
    )
    return Message("user", text if isinstance(text, str) else "", images=seen)
