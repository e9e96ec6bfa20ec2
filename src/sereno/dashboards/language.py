"""The same dashboards in another language: uids, ids, queries and names of metrics stay."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from msgspec.structs import replace

from sereno.dashboards.board import Board, Mark, Section, Variable
from sereno.dashboards.meaning import Word
from sereno.dashboards.panel import Column, Kind, Query, Series, Sql, Table

Language = Literal["en", "es"]
Say = Callable[[str], str]
"""From English to the language of the dashboards."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:e[-+]?\d+)?", re.ASCII)


def english(text: str) -> str:
    """As it is."""
    return text


def spanish(text: str) -> str:
    """In Spanish; a text that nobody translated stays as it is.

    >>> spanish("Response time P95"), spanish("{{model}}")
    ('Tiempo de respuesta P95', '{{model}}')
    """
    found = _spanish().get(_NUMBER.sub("#", text))
    if found is None:
        return text
    numbers = iter(_NUMBER.findall(text))
    return "".join(next(numbers) if char == "#" else char for char in found)


SAY: Mapping[Language, Say] = {"en": english, "es": spanish}


@cache
def _spanish() -> dict[str, str]:
    return tomllib.loads(files("sereno.dashboards").joinpath("spanish.toml").read_text("utf-8"))


def translated(board: Board, say: Say) -> Board:
    """A dashboard with all that people read said in another language."""
    return replace(
        board,
        title=say(board.title),
        text=say(board.text),
        variables=tuple(_variable(variable, say) for variable in board.variables),
        sections=tuple(_section(section, say) for section in board.sections),
        marks=tuple(_mark(mark, say) for mark in board.marks),
    )


def _variable(variable: Variable, say: Say) -> Variable:
    return replace(variable, label=say(variable.label), text=say(variable.text))


def _mark(mark: Mark, say: Say) -> Mark:
    return replace(mark, name=say(mark.name))


def _section(section: Section, say: Say) -> Section:
    title = say(section.title) if section.title else ""
    return replace(
        section, key=section.title, title=title, panels=tuple(_panel(panel, say) for panel in section.panels)
    )


def _panel(panel: Kind, say: Say) -> Kind:
    out = replace(
        panel,
        key=panel.title,
        title=say(panel.title),
        text=say(panel.text),
        empty=say(panel.empty),
        queries=tuple(_query(query, say) for query in panel.queries),
        sql=tuple(_sql(sql, say) for sql in panel.sql),
        words=_words(panel.words, say),
    )
    if isinstance(out, Table):
        columns = tuple(_column(column, say) for column in out.columns)
        return replace(out, columns=columns, sort=say(out.sort))
    if isinstance(out, Series) and out.right is not None:
        name, unit = out.right
        return replace(out, right=(say(name), unit))
    return out


def _query(query: Query, say: Say) -> Query:
    return replace(query, legend=say(query.legend))


def _sql(sql: Sql, say: Say) -> Sql:
    return replace(sql, names=tuple((column, say(name)) for column, name in sql.names))


def _column(column: Column, say: Say) -> Column:
    return replace(column, name=say(column.name), words=_words(column.words, say))


def _words(words: tuple[Word, ...], say: Say) -> tuple[Word, ...]:
    return tuple(word._replace(text=say(word.text)) for word in words)
