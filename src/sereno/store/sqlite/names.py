"""Texts that repeat are stored once and referred to by number (tables `names` and `sessions`).

A number always means the same text and is never given again, so both directions may be remembered; what a
transaction added is forgotten when it is rolled back.
"""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Literal

from sereno.store.sql import clean

REMEMBERED = 50_000
AT_ONCE = 1000
"""Texts looked up by one statement."""


class Numbers(dict[str | None, int | None]):
    """Text → number; a text that is missing is looked up or added by the writer. None → None.

    A plain subscript, as it runs a dozen times a call.
    """

    connection: sqlite3.Connection

    def __init__(self, table: str) -> None:
        super().__init__({None: None})
        self._table = table
        self._find = f"SELECT id FROM {table} WHERE name = ?"
        self._insert = f"INSERT INTO {table} (name) VALUES (?)"

    def __missing__(self, text: str) -> int:
        row = self.connection.execute(self._find, (text,)).fetchone()
        number = int(row[0]) if row else int(self.connection.execute(self._insert, (text,)).lastrowid or 0)
        if len(self) >= REMEMBERED:
            self.forget()
        self[text] = number
        return number

    def prepare(self, texts: Iterable[str]) -> None:
        """Find or add many texts with few statements, before they are asked for one by one."""
        new = [text for text in dict.fromkeys(texts) if text not in self]
        if len(self) + len(new) >= REMEMBERED:
            self.forget()
        for first in range(0, len(new), AT_ONCE):
            part = new[first : first + AT_ONCE]
            marks = ", ".join("?" * len(part))
            found = self.connection.execute(f"SELECT name, id FROM {self._table} WHERE name IN ({marks})", part)
            self.update(found.fetchall())
        missing = [text for text in new if text not in self]
        if not missing:
            return
        last = self.connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (self._table,)).fetchone()
        rows = list(enumerate(missing, (last[0] if last else 0) + 1))  # as AUTOINCREMENT would: no number twice
        self.connection.executemany(f"INSERT INTO {self._table} (id, name) VALUES (?, ?)", rows)
        self.update((text, number) for number, text in rows)

    def forget(self) -> None:
        """Forget the numbers, after a rollback or a clean-up."""
        self.clear()
        self[None] = None


class Names:
    """One such table.

    Numbers begin at 1; 0 can stand for "none" where NULL cannot be used.
    """

    def __init__(self, table: Literal["names", "sessions"]) -> None:
        self._numbers = Numbers(table)
        self._texts: dict[int, str] = {}
        self._find = f"SELECT id FROM {table} WHERE name = ?"
        self._read = f"SELECT name FROM {table} WHERE id = ?"

    def numbers(self, connection: sqlite3.Connection) -> Numbers:
        """Text → number for the writer, inside its transaction."""
        self._numbers.connection = connection
        return self._numbers

    def find(self, connection: sqlite3.Connection, text: str) -> int:
        """The number of a text, −1 if it has none: no row refers to that."""
        row = connection.execute(self._find, (clean.text(text),)).fetchone()
        return int(row[0]) if row else -1

    def text(self, connection: sqlite3.Connection, number: int | None) -> str | None:
        """The text of a number; None for NULL and 0."""
        if not number:
            return None
        text = self._texts.get(number)
        if text is None:
            text = str(connection.execute(self._read, (number,)).fetchone()[0])
            if len(self._texts) >= REMEMBERED:
                self._texts.clear()
            self._texts[number] = text
        return text

    def forget(self) -> None:
        """Forget the numbers of texts, after a rollback or a clean-up."""
        self._numbers.forget()
