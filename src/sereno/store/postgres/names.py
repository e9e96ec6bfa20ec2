"""Texts that repeat are stored once and referred to by number (tables `names` and `sessions`).

Numbers of `names` always mean the same text, whoever gave them, so they may be remembered once committed. Conversations
go when their last call goes, also by another keeper's hand: their numbers are asked for in every transaction.
"""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from sereno.store.postgres.arrays import blobs, texts
from sereno.store.postgres.digest import digest
from sereno.store.postgres.link import Link
from sereno.store.sql import clean

REMEMBERED = 50_000


class Names:
    """One such table.

    Numbers begin at 1; 0 can stand for "none" where NULL cannot be used.
    """

    def __init__(self, table: Literal["names", "sessions"]) -> None:
        self._table = table
        self._texts: dict[int, str] = {}

    def numbers(self, link: Link, wanted: Iterable[str | None]) -> dict[str | None, int | None]:
        """Text → number of all these texts, new ones added; None → None. Inside the writer's transaction."""
        keys = {digest(text): text for text in set(wanted) if text is not None}
        numbers: dict[str | None, int | None] = {None: None}
        if keys:
            numbers |= self._found(link, keys)
            if new := {key: text for key, text in keys.items() if text not in numbers}:
                link.execute(
                    f"INSERT INTO {self._table} (name, digest)"
                    " SELECT * FROM unnest(CAST(? AS text[]), CAST(? AS bytea[])) ON CONFLICT DO NOTHING",
                    (texts(new.values()), blobs(new)),
                )
                numbers |= self._found(link, new)
        return numbers

    def _found(self, link: Link, keys: dict[bytes, str]) -> dict[str | None, int | None]:
        rows = link.execute(
            f"SELECT digest, id FROM {self._table} WHERE digest = ANY(CAST(? AS bytea[]))", (blobs(keys),)
        )
        return {keys[key]: number for key, number in rows}

    def find(self, connection: Any, text: str) -> int:
        """The number of a text, −1 if it has none: no row refers to that."""
        row = connection.execute(
            f"SELECT id FROM {self._table} WHERE digest = ?", (digest(clean.text(text)),)
        ).fetchone()
        return int(row[0]) if row else -1

    def text(self, connection: Any, number: int | None) -> str | None:
        """The text of a number; None for NULL and 0."""
        if not number:
            return None
        text = self._texts.get(number)
        if text is None:
            text = str(connection.execute(f"SELECT name FROM {self._table} WHERE id = ?", (number,)).fetchone()[0])
            if len(self._texts) >= REMEMBERED:
                self._texts.clear()
            self._texts[number] = text
        return text
