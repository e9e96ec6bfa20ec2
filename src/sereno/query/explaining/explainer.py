"""`Explainer`: facts first, then a model's (or the templates') words, each claim checked while they stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import ExitStack, aclosing
from time import monotonic
from typing import Literal, Protocol

import msgspec

from sereno.errors import ModelError
from sereno.explain.fact import FactSheet
from sereno.explain.facts import Finding
from sereno.explain.frame import Chart
from sereno.explain.narrate import narrate
from sereno.explain.narrate.chat import Chat, ChatModel, Usage
from sereno.explain.narrate.plain_text import PlainText
from sereno.explain.narrate.prompt import Image, Prompts, make_prompt
from sereno.explain.narrate.telling import spoken
from sereno.explain.verify import Sentence, Verifier
from sereno.explain.verify.verifier import Span, verify
from sereno.query.explaining.events import End, Event, Facts, Failure, Text, Verified, Withheld
from sereno.query.explaining.limits import Limits, Turnstile
from sereno.query.explaining.request import TEMPLATE, Asked
from sereno.query.explaining.rewriting import rewritten
from sereno.query.problems import Problem

_WITHHELD = {
    "en": "[A sentence was left out: no fact supports it.]",
    "es": "[Se ha omitido una frase: ningún hecho la respalda.]",
}
_FEW_POINTS = 4_000
"""Of a chart whose facts are all found before a reader could have looked at the first ones."""
_LONGEST = 40_000
"""Characters of a model's answer; what comes after is cut off."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of an explanation."""

    id: str
    asked: Asked
    sheet: FactSheet
    text: str
    end: End
    by: str
    strict: bool


Draw = Callable[[Chart], Image]
"""Draws a picture of a chart; blocking, one at a time."""
Picture = Literal["", "given", "drawn"]


class Keep(Protocol):
    """Remembers an explanation; blocking."""

    def __call__(self, kept: Kept) -> None:
        """Remember it; may raise what its storage raises."""


class Explainer:
    """Explains charts.

    Args:
        chat: the model server, None where there is none: templates narrate.
        model: which model narrates when a request names none; "" for templates.
        limits: how much at once.
        strict: whether unsupported sentences are withheld when a request does not say.
        prompts: the operator's own prompts by name.
        keep: remembers explanations; None where nothing is remembered.
        draw: makes the picture that a model which sees gets with the facts; None where none is drawn.
        new_id: makes ids.
    """

    def __init__(
        self,
        *,
        chat: Chat | None,
        model: str = "",
        limits: Limits | None = None,
        strict: bool = False,
        prompts: Prompts | None = None,
        keep: Keep | None = None,
        draw: Draw | None = None,
        new_id: Callable[[], str],
    ) -> None:
        self._chat = chat
        self._model = model
        self._limits = limits or Limits()
        self._strict = strict
        self._prompts = prompts
        self._keep = keep
        self._draw = draw
        self._drawing = asyncio.Lock()
        self._new_id = new_id
        self._asking = Turnstile(self._limits.concurrency, self._limits.per_minute, "explanations by a model")
        self._telling = Turnstile(self._limits.templates, 0, "explanations")

    async def models(self) -> Sequence[ChatModel]:
        """Who can narrate: templates first, then what the model server has, if it answers."""
        found: Sequence[ChatModel] = ()
        if self._chat is not None:
            try:
                found = await self._chat.models()
            except ModelError:
                found = ()
        first = [one for one in found if one.name == self._model]
        return [ChatModel(TEMPLATE), *first, *(one for one in found if one.name != self._model)]

    def admit(self, asked: Asked, hold: ExitStack) -> str | None:
        """Take a place for a request; the place is free again when `hold` is closed.

        Returns:
            The model that will narrate, None for templates.

        Raises:
            Problem: 503 or 429, too much is asked; 400, there is no model server for the model named.
        """
        name = asked.model or self._model or TEMPLATE
        hold.enter_context(self._telling.enter(monotonic()))
        if name == TEMPLATE:
            return None
        if self._chat is None:
            raise Problem(
                "wrong-parameter",
                400,
                f"No model server is configured, so {name!r} cannot narrate. Set explain.url, or ask for {TEMPLATE!r}.",
                parameter="model",
                expected=TEMPLATE,
            )
        hold.enter_context(self._asking.enter(monotonic()))
        return name

    async def explain(self, asked: Asked, *, model: str | None, by: str = "") -> AsyncGenerator[Event, None]:
        """The explanation as it comes. Closing the generator ends the model's work at once.

        Args:
            asked: the request.
            model: who narrates, as `admit` said.
            by: name of the key that asks, "" for none.
        """
        began = monotonic()
        explanation = self._new_id()
        finding = Finding(asked.chart)
        if sum(len(one.times) for one in asked.chart.series) > _FEW_POINTS:
            yield Facts(explanation, await asyncio.to_thread(finding.at_once), more=True)
        sheet = await asyncio.to_thread(finding.whole)
        yield Facts(explanation, sheet)
        strict = self._strict if asked.strict is None else asked.strict
        telling = _Telling(sheet, asked, strict=strict)
        tokens: int | None = None
        told_by = model
        picture: Picture = ""
        try:
            if model is not None:
                try:
                    image, picture = await self._picture(asked, model)
                    async with aclosing(self._ask(sheet, asked, model, image)) as pieces:
                        async for piece in pieces:
                            if isinstance(piece, Usage):
                                tokens = piece.output_tokens
                                continue
                            for event in telling.take(piece):
                                yield event
                except ModelError as error:
                    problem = Problem(f"model-{error.trouble}", 502, str(error))
                    yield Failure(problem.document("").type, problem.title, problem.detail)
                    told_by = model if telling.text else None
            if model is None or (told_by is None and not telling.text):
                for sentence in narrate(sheet, asked.analysis, language=asked.language, question=asked.question):
                    for event in telling.take(sentence):
                        yield event
            for event in telling.finish():
                yield event
        finally:
            end = telling.end(told_by, monotonic() - began, tokens, picture if told_by else "")
            text = telling.text
            kept = Kept(id=explanation, asked=asked, sheet=sheet, text=text, end=end, by=by, strict=strict)
            await self._remember(kept)
        yield end

    async def close(self) -> None:
        """Close the connections to the model server."""
        if self._chat is not None:
            await self._chat.close()

    async def _picture(self, asked: Asked, model: str) -> tuple[Image | None, Picture]:
        """What the model gets to see: the caller's picture, else one of the same frames; nothing if it cannot see."""
        assert self._chat is not None
        if (asked.image is None and self._draw is None) or not await self._chat.sees(model):
            return None, ""
        if asked.image is not None:
            return asked.image, "given"
        assert self._draw is not None
        async with self._drawing:
            try:
                return await asyncio.to_thread(self._draw, asked.chart), "drawn"
            except Exception:  # noqa: BLE001  the facts say all; a picture that fails must not take them along
                return None, ""

    async def _ask(
        self, sheet: FactSheet, asked: Asked, model: str, image: Image | None
    ) -> AsyncGenerator[str | Usage, None]:
        assert self._chat is not None
        prompt = make_prompt(
            sheet,
            asked.analysis,
            language=asked.language,
            question=asked.question,
            context=asked.context,
            prompts=self._prompts,
            image=image,
        )
        clean, length = PlainText(), 0
        answer: AsyncIterator[str | Usage] = self._chat.stream(prompt, model, self._limits.max_tokens)
        async with aclosing(answer) as pieces:  # type: ignore[type-var]  # clients' streams are generators
            async for piece in pieces:
                if isinstance(piece, Usage):
                    yield piece
                    continue
                length += len(piece)
                if ready := clean.feed(piece):
                    yield ready
                if length > _LONGEST:
                    break
        if rest := clean.end():
            yield rest

    async def _remember(self, kept: Kept) -> None:
        if self._keep is not None and kept.text:
            # A client that leaves cancels this task, and what it had seen is remembered all the same.
            await asyncio.shield(asyncio.to_thread(self._kept_quietly, kept))

    def _kept_quietly(self, kept: Kept) -> None:
        assert self._keep is not None
        try:
            self._keep(kept)
        except Exception:  # noqa: BLE001, S110  history that cannot be written must not take the explanation with it
            pass


class _Telling:
    """The text so far, and the verdict on what has ended of it."""

    def __init__(self, sheet: FactSheet, asked: Asked, *, strict: bool) -> None:
        self.text = ""
        self._verifier = Verifier(sheet, asked.language)
        self._strict = strict
        self._language = spoken(asked.language)
        self._shift = 0
        self._sheet = sheet
        self._facts_told: set[str] = set()
        self._counted = self._supported = 0

    def take(self, piece: str) -> list[Event]:
        """The events of the next piece."""
        events: list[Event] = []
        if not self._strict:
            self.text += piece
            events.append(Text(piece))
        return events + self._verdicts(self._verifier.feed(piece))

    def finish(self) -> list[Event]:
        """The events of what is left."""
        return self._verdicts(self._verifier.end())

    def end(self, model: str | None, seconds: float, tokens: int | None, picture: Picture) -> End:
        """How it ended: claims of withheld sentences are not shown and not counted."""
        score = self._supported / self._counted if self._counted else 1.0
        return End(
            score=round(score, 4),
            supported=self._supported,
            numbers=self._counted,
            model=model,
            seconds=round(seconds, 3),
            tokens=tokens,
            picture=picture,
        )

    def _verdicts(self, sentences: list[Sentence]) -> list[Event]:
        events: list[Event] = []
        for sentence in sentences:
            if self._strict and not sentence.supported:
                tail = sentence.text[len(sentence.text.rstrip()) :]
                instead = rewritten(sentence, self._sheet, self._language, self._facts_told)
                if instead is not None:
                    said, fact = instead
                    self._facts_told.add(fact)
                    events += self._say_instead(said, tail, len(sentence.text))
                    continue
                said = _WITHHELD[self._language]
                events += [Text(said + tail), Withheld(len(self.text), len(self.text) + len(said))]
                self.text += said + tail
                self._shift += len(said + tail) - len(sentence.text)
                continue
            if self._strict:
                self.text += sentence.text
                events.append(Text(sentence.text))
            for span in sentence.spans:
                start, end = span.start + self._shift, span.end + self._shift
                events.append(Verified(start, end, span.text, span.supported, span.fact))
                self._count(span)
        return events

    def _say_instead(self, said: str, tail: str, length: int) -> list[Event]:
        """The events of a sentence said instead of one of `length` characters, with verdicts of its own."""
        at = len(self.text)
        events: list[Event] = [Text(said + tail)]
        for span in verify(said, self._sheet, self._language).spans:
            events.append(Verified(at + span.start, at + span.end, span.text, span.supported, span.fact))
            self._count(span)
        self.text += said + tail
        self._shift += len(said + tail) - length
        return events

    def _count(self, span: Span) -> None:
        if span.kind != "series":
            self._counted += 1
            self._supported += span.supported
            if span.supported and span.fact:
                self._facts_told.add(span.fact)
