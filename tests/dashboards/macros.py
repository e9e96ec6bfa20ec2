"""Grafana's SQL macros and choices, filled in as its PostgreSQL data source does (its `macros.go`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from dashboards.reading import documents

_MACRO = re.compile(r"\$(__\w+)\(([^)]*)\)")


def expanded(sql: str, start: float, end: float, board: str, chosen: Mapping[str, Sequence[str]] | None = None) -> str:
    """A statement as the database gets it.

    Args:
        sql: of a panel.
        start, end: the time range, epoch seconds.
        board: uid of the dashboard.
        chosen: values of choices; those that are not named stand on All.
    """
    since, until = (datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z") for moment in (start, end))

    def macro(match: re.Match[str]) -> str:
        name, argument = match.groups()
        if name == "__timeFilter":
            return f"{argument} BETWEEN '{since}' AND '{until}'"
        return {"__timeFrom": f"'{since}'", "__timeTo": f"'{until}'"}[name]

    sql = _MACRO.sub(macro, sql)
    for variable in documents()[board]["templating"]["list"]:
        name = variable["name"]
        values = (chosen or {}).get(name)
        told = variable.get("allValue") if values is None else ",".join(map(_quoted, values))
        sql = sql.replace(f"${{{name}:sqlstring}}", str(told))
    assert "$" not in sql, sql
    return sql


def _quoted(value: Any) -> str:
    """As `:sqlstring` writes it."""
    return "'" + str(value).replace("'", "''") + "'"
