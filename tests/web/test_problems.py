"""Problem pages in the reader's language."""

from __future__ import annotations

import pytest

from api.client import fetch
from api.double import KeeperDouble, MemoryStore
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.query.fields import FILTERS, PAGING
from sereno.query.problems import TITLES, Problem
from sereno.web.app import mount
from sereno.web.problems import SPANISH, translated


def test_every_problem_has_a_spanish_page() -> None:
    assert SPANISH.keys() == TITLES.keys()
    assert all(title and sentence and title != TITLES[name] for name, (title, sentence) in SPANISH.items())


@pytest.mark.parametrize("field", [*FILTERS, *PAGING], ids=lambda field: field.name)
def test_what_was_expected_is_translated_for_every_parameter(field: object) -> None:
    name = getattr(field, "name", "")
    problem = Problem("wrong-parameter", 400, "It is wrong.", parameter=name, expected="right")
    told = translated(problem, "es")
    assert name in told.detail
    assert told.expected
    assert told.expected != "right"
    assert told.original == "It is wrong."
    assert translated(problem, "en").original is None


def test_a_spanish_browser_reads_spanish_and_hostile_text_stays_text() -> None:
    view = KeeperDouble(MemoryStore([]))
    app = create_app(view, ApiOptions())
    mount(app, view)
    spanish = {"Accept": "text/html", "Accept-Language": "es-AR"}
    page = fetch(app, "/sereno/calls?status=%3Cscript%3E", headers=spanish)
    assert page.status_code == 400
    assert "Un parámetro no es correcto" in page.text
    assert "uno de success, error, aborted" in page.text
    assert "<script>" not in page.text
    assert "Hace falta una clave" in fetch(app, "/sereno", peer="192.0.2.7", headers=spanish).text
    assert "No encontrado" in fetch(app, "/sereno/calls/nope?lang=es", headers={"Accept": "text/html"}).text
