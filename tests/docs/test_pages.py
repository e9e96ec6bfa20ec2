"""docs/web.md and docs/api.md name every page, path and parameter that there is, and none that there is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.names import KNOWN_PATHS
from sereno.query.fields import FILTERS, PAGING, ROWS, SESSION_SORT, USER_SORT
from sereno.web.app import PAGES
from sereno.web.page import Page

DOCS = Path(__file__).parents[2] / "docs"
WEB, API = ((DOCS / name).read_text("utf-8") for name in ("web.md", "api.md"))
ROWS_OF_PAGES = {
    row[0]: row[1:] for row in re.findall(r"^\| `(/sereno[^`]*)` \| (.+) \| (.+) \| (.+) \|$", WEB, re.MULTILINE)
}
USUAL = {None: {"all", "–"}, "24h": {"24 h"}, "7d": {"7 d"}, "30d": {"30 d"}}
PARTS = {"running", "rows"}
"""What is fetched into pages."""


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in PARTS], ids=lambda page: str(page.name))
def test_the_table_of_pages_is_theirs(page: Page) -> None:
    shows, usual, csv = ROWS_OF_PAGES["/sereno" + page.path]
    assert usual in USUAL[page.usual_start]
    assert (csv == "yes") == (page.table is not None)
    for word in re.findall(r"`(\w+)`", shows):
        assert word in {field.name for field in page.fields}, f"{page.path} takes no {word}"


def test_no_page_is_told_of_that_is_not_there() -> None:
    assert set(ROWS_OF_PAGES) == {"/sereno" + page.path for page in PAGES if page.name not in PARTS}


@pytest.mark.parametrize("path", sorted(path for path in KNOWN_PATHS if path.startswith("/analytics")))
def test_every_path_of_the_api_is_on_its_page(path: str) -> None:
    assert re.sub(r"\{\w+\}", "{id}", path) in API


@pytest.mark.parametrize("path", sorted(path for path in KNOWN_PATHS if path.startswith("/sereno/api/")))
def test_every_path_of_the_watchman_is_on_its_page(path: str) -> None:
    assert f"`{path.rpartition('/')[2]}`" in API or path in API


@pytest.mark.parametrize(
    "name", sorted({field.name for fields in (FILTERS, PAGING, ROWS, (SESSION_SORT, USER_SORT)) for field in fields})
)
def test_every_parameter_is_on_the_page(name: str) -> None:
    written = re.sub(r"`min_…`, `max_(\w+)`, `(\w+)`", r"`min_\1` `max_\1` `min_\2` `max_\2`", API)
    assert re.search(rf"`{name}\b", written), f"docs/api.md does not tell of {name}"


def test_what_the_page_tells_of_exists() -> None:
    told = {path.split("?")[0] for path in re.findall(r"`(?:GET )?(/(?:analytics|sereno/api)/[\w/{}.]+)", API)}
    assert told <= {re.sub(r"\{\w+\}", "{id}", path) for path in KNOWN_PATHS} | {"/sereno/api/openapi.json"}
