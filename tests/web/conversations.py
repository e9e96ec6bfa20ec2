"""Conversations as clients have them, a store that holds them, and a strict reader of pages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
from fastapi import FastAPI

from api.double import NOW, KeeperDouble, chat
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.calls import Exchange
from sereno.metrics.account import account_all
from sereno.store.base import Batch, Record
from sereno.store.sqlite import SqliteStore
from sereno.web.app import mount
from sereno.wire.decode import decode

Said = dict[str, Any]


def user(text: str) -> Said:
    """A message of the user."""
    return {"role": "user", "content": text}


def model(text: str, **more: Any) -> Said:
    """A message of the model."""
    return {"role": "assistant", "content": text, **more}


def system(text: str) -> Said:
    """A system text."""
    return {"role": "system", "content": text}


def asked(messages: Sequence[Said], response: str, *, at: float = NOW - 600, **more: Any) -> Exchange:
    """A chat that sent these messages, as the gateway would have recorded it."""
    body = json.dumps({"model": more.get("model", "llama3.2"), "messages": list(messages)}).encode()
    made = chat("", response, at=at, **more)
    return msgspec.structs.replace(made, request_body=body, request_size=len(body))


def talk(
    session: str, *turns: tuple[str, str], at: float = NOW - 3600, step: float = 60, **more: Any
) -> list[Exchange]:
    """A conversation in which the client sends the whole history every time."""
    history: list[Said] = []
    calls = []
    for serial, (question, answer) in enumerate(turns):
        history.append(user(question))
        calls.append(asked(history, answer, at=at + serial * step, session=session, serial=serial, **more))
        history.append(model(answer))
    return calls


@contextmanager
def site(folder: Path, records: Sequence[Exchange | Record]) -> Iterator[tuple[FastAPI, KeeperDouble]]:
    """The pages over a real store that holds these calls."""
    store = SqliteStore(folder / "sereno.db")
    made = sorted(
        (r if isinstance(r, Record) else Record(decode(r), r) for r in records), key=lambda r: r.call.ended_at
    )
    if made:
        increments = account_all([r.call for r in made], lambda name: name or "other")
        store.add(Batch(id="b", records=made, increments=increments, positions=()))
    view = KeeperDouble(store)
    app = create_app(view, ApiOptions())
    mount(app, view)
    yield app, view
    store.close()


class Sound(HTMLParser):
    """Reads a page and fails where text of others became markup: every tag, attribute and script must be ours.

    `text` is what a reader sees, `links` where the page leads, `ids` what can be jumped to.
    """

    VOID = frozenset({"meta", "link", "input", "img", "br", "path", "rect", "use", "circle"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.links: list[str] = []
        self.ids: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []
        assert len(self.ids) == len(set(self.ids))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Our tags have no style, no event handlers, and scripts that hold data or are our own file."""
        given = dict(attrs)
        assert tag not in ("style", "iframe", "object", "marquee")
        assert not any(name.startswith("on") or name == "style" for name in given)
        assert tag != "script" or given.get("type") == "application/json" or str(given["src"]).startswith("/sereno/")
        for name in ("src", "href", "action"):
            assert (given.get(name) or "/").startswith(("/", "#", "data:image/svg")), given
        if tag == "a":
            self.links.append(given.get("href") or "")
        if given.get("id"):
            self.ids.append(given["id"] or "")
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Tags close in order; those whose end HTML lets one leave out close with their parent."""
        if tag in self.VOID:
            return
        while self._open[-1] in ("p", "li", "option") and self._open[-1] != tag:
            self._open.pop()
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text, but not the data of figures."""
        if "script" not in self._open:
            self.text += data
