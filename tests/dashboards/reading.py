"""Dashboards as Grafana reads them: panels, queries, variables filled in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from sereno.dashboards.board import Board
from sereno.dashboards.boards import ALL
from sereno.dashboards.limits import Limits
from sereno.dashboards.render import rendered_board, written

BOARDS: tuple[Board, ...] = tuple(make(Limits()) for make in ALL)
FILLED = {
    "$__rate_interval": "1m", "$__interval": "15s", "$__range_s": "300", "$__range": "5m",
    "$job": ".+", "$instance": ".+", "$model": ".+", "$upstream": ".+", "$host": ".+", "$service": ".+", "$slo": ".+",
}  # fmt: skip
"""What Grafana would put there: All for each choice."""


class Asked(NamedTuple):
    """One query of one panel."""

    board: str
    panel: str
    expr: str

    def __str__(self) -> str:
        return f"{self.board} / {self.panel}"


@cache
def documents() -> dict[str, dict[str, Any]]:
    """Each dashboard's JSON by uid."""
    return {board.uid: json.loads(written(rendered_board(board))) for board in BOARDS}


def panels(document: dict[str, Any], *, rows: bool = False) -> Iterator[dict[str, Any]]:
    """Panels, also those folded into rows."""
    for panel in document["panels"]:
        if rows or panel["type"] != "row":
            yield panel
        yield from panel.get("panels") or ()


def is_sql(variable: dict[str, Any]) -> bool:
    """Whether a choice is out of the database."""
    return bool(variable["datasource"]["uid"] == "${database}")


def statements() -> list[Asked]:
    """Every SQL statement of every panel, annotation and variable."""
    out = []
    for uid, document in documents().items():
        for panel in panels(document):
            targets = panel.get("targets") or ()
            out += [Asked(uid, panel["title"], target["rawSql"]) for target in targets if "rawSql" in target]
        for annotation in document["annotations"]["list"]:
            if "rawSql" in (annotation.get("target") or ()):
                out.append(Asked(uid, f"annotation {annotation['name']}", annotation["target"]["rawSql"]))
        for variable in document["templating"]["list"]:
            if variable["type"] == "query" and is_sql(variable):
                out.append(Asked(uid, f"variable {variable['name']}", variable["query"]))
    return out


def queries() -> list[Asked]:
    """Every PromQL query of every panel, annotation and variable."""
    out = []
    for uid, document in documents().items():
        for panel in panels(document):
            targets = panel.get("targets") or ()
            out += [Asked(uid, panel["title"], target["expr"]) for target in targets if "expr" in target]
        for annotation in document["annotations"]["list"]:
            if annotation.get("expr"):
                out.append(Asked(uid, f"annotation {annotation['name']}", annotation["expr"]))
        for variable in document["templating"]["list"]:
            if variable["type"] == "query" and not is_sql(variable):
                inner = variable["query"]["query"].removeprefix("label_values(").rpartition(",")[0]
                out.append(Asked(uid, f"variable {variable['name']}", inner))
    return out


def filled(expr: str) -> str:
    """A query with its variables filled in."""
    for name in sorted(FILLED, key=len, reverse=True):
        expr = expr.replace(name, FILLED[name])
    return expr
