"""What Grafana asks of PostgreSQL, in its model; the SDK has no builder for it."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase
from typing import Literal

from sereno.dashboards.classic import Builder, Dataquery, common
from sereno.dashboards.panel import Sql
from sereno.dashboards.variables import DATABASE

PLUGIN = "grafana-postgresql-datasource"
"""Id of Grafana's data source since 10.3; it also answers to `postgres`."""
ROWS = common.DataSourceRef(type_val=PLUGIN, uid=f"${{{DATABASE}}}")
Format = Literal["time_series", "table"]


class SqlTarget(Dataquery, Builder[Dataquery]):
    """A statement as it is, without the query builder.

    Args:
        letter: tells the targets of a panel apart.
        text: the statement.
        form: what the rows are: points in time, or rows.
    """

    def __init__(self, letter: str, text: str, form: Format) -> None:
        self._letter = letter
        self._text = text
        self._form = form

    def build(self) -> Dataquery:
        """Itself: it is complete."""
        return self

    def to_json(self) -> dict[str, object]:
        """As Grafana stores it."""
        return {
            "refId": self._letter,
            "datasource": ROWS,
            "editorMode": "code",
            "format": self._form,
            "rawQuery": True,
            "rawSql": self._text,
        }


def sql_targets(queries: Sequence[Sql], form: Format) -> list[SqlTarget]:
    """The statements of a panel."""
    return [SqlTarget(letter, query.text, form) for letter, query in zip(ascii_uppercase, queries, strict=False)]
