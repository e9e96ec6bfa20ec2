"""The Spanish dashboards: everything said, nothing else changed."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from dashboards.reading import BOARDS, documents, panels
from sereno.dashboards.board import Board
from sereno.dashboards.language import spanish, translated
from sereno.dashboards.limits import Limits
from sereno.dashboards.panel import Table
from sereno.dashboards.render import rendered_board, written

TABLE: dict[str, str] = tomllib.loads(files("sereno.dashboards").joinpath("spanish.toml").read_text("utf-8"))
EVERY = pytest.mark.parametrize("board", BOARDS, ids=lambda board: str(board.uid))


def said(board: Board) -> set[str]:
    """The English texts of a dashboard that are asked for in Spanish."""
    seen: set[str] = set()

    def note(text: str) -> str:
        seen.add(text)
        return text

    rendered_board(board, note)
    return seen


def normal(text: str) -> str:
    return re.sub(r"\d+(?:[.,]\d+)*(?:e[-+]?\d+)?", "#", text)


@EVERY
def test_every_text_is_translated(board: Board) -> None:
    words = {text for text in said(board) if re.search(r"[A-Za-z]", re.sub(r"\{\{.*?\}\}", "", text))}
    assert {text for text in words if normal(text) not in TABLE} == set()


def test_no_translation_is_left_over() -> None:
    assert {normal(text) for board in BOARDS for text in said(board)} >= set(TABLE)


def test_numbers_names_and_places_are_kept() -> None:
    for text, translation in TABLE.items():
        for pattern in (r"#", r"\{\{\w+\}\}", r"`[^`]*`", r"\b\w+_\w+\b"):
            assert sorted(re.findall(pattern, text)) == sorted(re.findall(pattern, translation)), text


@EVERY
def test_only_words_differ(board: Board) -> None:
    ours, theirs = documents()[board.uid], json.loads(written(rendered_board(board, spanish)))
    assert theirs["uid"] == ours["uid"]
    assert theirs["tags"] == ours["tags"]

    def shape(document: dict[str, Any]) -> list[object]:
        return [
            (
                panel["id"], panel["type"], panel["gridPos"],
                [target.get("expr") or target["rawSql"] for target in panel.get("targets") or ()],
            )
            for panel in panels(document, rows=True)
        ]  # fmt: skip

    assert shape(theirs) == shape(ours)
    assert [v["name"] for v in theirs["templating"]["list"]] == [v["name"] for v in ours["templating"]["list"]]


def test_tables_sort_by_a_column_they_have() -> None:
    for board in BOARDS:
        for panel in translated(board, spanish).panels:
            if isinstance(panel, Table) and panel.sort:
                assert panel.sort in {column.name for column in panel.columns}


def test_numbers_are_those_of_the_thresholds() -> None:
    assert spanish("Percent of the month's budget of 250 USD that the last 30 days took.") == (
        "Porcentaje del presupuesto mensual de 250 USD que se llevaron los últimos 30 días."
    )
    assert Limits().cost_budget == 100
