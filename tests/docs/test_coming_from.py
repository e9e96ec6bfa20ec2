"""docs/coming-from.md is true: what it names as ours exists, and what it says is missing is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.names import kind

PAGE = (Path(__file__).parents[2] / "docs/coming-from.md").read_text("utf-8")
PARTS = dict(re.findall(r"^#{2,3} (.+)\n((?:(?!#{2,3} ).*\n)*)", PAGE, re.MULTILINE))
COMMON = {
    "litellm", "llm_*", "traceparent", "null", "aborted", "le", "sum by (le)", "metadata.session_id",
    "metadata.user_id", "user",
}  # fmt: skip
"""Words in the column `here` that are no names of ours: values, fields, headers and PromQL that everyone has."""


def cells(part: str, column: str) -> list[str]:
    """The names in a column of a part's table; none where it has no such column."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in part.splitlines() if line.startswith("|")]
    if not rows or column not in rows[0]:
        return []
    assert {len(row) for row in rows} == {len(rows[0])}, f"a row of this table has too few or too many cells:\n{part}"
    place = rows[0].index(column)
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row[place])]


OURS = sorted({name for part in PARTS.values() for name in cells(part, "here")} - COMMON)
MISSING = sorted({name for name in cells(PARTS["Not yet"], "they say") if kind(name)})


@pytest.mark.parametrize("name", OURS)
def test_a_name_of_ours_exists(name: str) -> None:
    found = kind(name)
    assert found is not None, f"what is `{name}`? Its form is none of tests/docs/names.py"
    assert found[1], f"there is no {found[0]} `{name}`"


@pytest.mark.parametrize("name", MISSING)
def test_what_is_not_there_yet_is_not_there(name: str) -> None:
    assert kind(name) is not None
    assert kind(name)[1] is False, f"`{name}` exists now: say so in a table, take it out of “Not yet”"  # type: ignore[index]  # above


def test_the_tables_are_read() -> None:
    assert len(OURS) > 60
    assert len(MISSING) > 0


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("gateway.listen", ("setting", True)),
        ("gateway.listn", ("setting", False)),
        ("llm_requests_total{model}", ("metric", False)),
        ("sereno keys add --scope", ("command", True)),
        ("sereno keys add --scop", ("command", False)),
        ("sereno keys ad", ("command", False)),
        ("/analytics/message", ("path", False)),
        ("/dashboard", ("path", True)),
        ("analytics.tokens", ("column", False)),
        ("make demo", ("make target", True)),
        ("make grafana-iu", ("make target", False)),
        ("X-Sereno-Tenant", ("header", False)),
        ("something else", None),
    ],
)
def test_a_wrong_name_is_found(name: str, found: tuple[str, bool] | None) -> None:
    assert kind(name) == found
