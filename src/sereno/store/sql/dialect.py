"""`Asking`: what a question to a SQL store is asked with; `Dialect`: what each database does in its own way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from sereno.store.base import CallQuery
    from sereno.store.sql.filters import Source


class Rows(Protocol):
    """The rows of a statement, in order."""

    def fetchone(self) -> Any:
        """The next row, None at the end."""

    def fetchall(self) -> list[Any]:
        """All that are left."""

    def __iter__(self) -> Iterator[Any]:
        """All that are left, one by one."""


class Connection(Protocol):
    """A connection that takes `?` for parameters."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Rows:
        """Run one statement."""


class Texts(Protocol):
    """Texts that repeat and their numbers: the table `names` or `sessions`."""

    def find(self, connection: Any, text: str) -> int:
        """The number of a text, −1 if it has none."""

    def text(self, connection: Any, number: int | None) -> str | None:
        """The text of a number; None for NULL and 0."""


class Dialect(Protocol):
    """What a database does in its own way.

    Attributes:
        joined: aggregate that puts the packed slots of a group's cells one after the other.
    """

    joined: str

    def along(self, index: str) -> str:
        """The calls (alias c), walked along an index where the database can be told."""

    def sessions_along(self, index: str) -> str:
        """The conversations (alias s), likewise."""

    def whole(self, time: str) -> str:
        """The whole second of a time that is not before 1970."""

    def these_cells(self, starts: Sequence[int]) -> tuple[str, list[Any]]:
        """Condition on `r.at` that looks up cells which begin at these times, and its parameters."""

    def each_cell(self, since: int, until: int, seconds: int) -> tuple[str, list[Any]]:
        """Condition on `r.at` that lets a few cells be looked up one by one, and its parameters."""

    def search(self, asking: Asking, found: Source, text: str) -> None:
        """Narrow a source to the calls that have all words of a text."""

    def require_words(self, asking: Asking, found: Source) -> None:
        """Make a source that leaves the words open (`Source.words`) complete, for questions that need no order."""

    def guide(self, asking: Asking, found: Source, query: CallQuery) -> None:
        """Let a source go along the index that leaves least, for calls bounded by their start."""

    def guide_by_end(self, asking: Asking, found: Source, query: CallQuery) -> None:
        """The same for calls bounded by their end."""

    def leads(self, asking: Asking, found: Source, query: CallQuery) -> bool:
        """Whether the matching calls are few enough to lead to their conversations; guides the source."""

    def choose(self, asking: Asking, query: CallQuery, limit: int) -> list[int]:
        """Numbers of the calls after the query's cursor and offset, at most `limit`, in its order."""


class Asking(NamedTuple):
    """With what a question is asked.

    Attributes:
        connection: in one transaction.
        names, sessions: numbers of texts.
        dialect: of the connection's database.
    """

    connection: Connection
    names: Texts
    sessions: Texts
    dialect: Dialect
