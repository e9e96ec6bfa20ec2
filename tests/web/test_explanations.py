"""The history: what was told through the API stands on the page with its chart, and thumbs are noted without script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from api.client import fetch
from api.double import KeeperDouble, MemoryStore
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.explain.fact import Fact, FactSheet, Number
from sereno.explain.frame import Chart, Series
from sereno.query.explaining.events import End
from sereno.query.explaining.explainer import Kept
from sereno.query.explaining.history import remembering
from sereno.query.explaining.request import Asked
from sereno.store.ledger import Ledger
from sereno.web.app import mount

HTML = {"Accept": "text/html"}
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Any]:
    ledger = Ledger(URL.create("sqlite", database=str(tmp_path / "sereno.db")))
    view = KeeperDouble(MemoryStore(), ledger=ledger)
    app = create_app(view, ApiOptions())
    mount(app, view)
    yield app, view
    ledger.close()


def keep(view: Any, number: int, text: str, *, model: str | None, supported: int, numbers: int) -> str:
    import numpy as np

    identity = f"00000000-0000-7000-8000-{number:012d}"
    series = Series(name="p95", times=np.arange(3.0), values=np.array([1.0, np.nan, 9.0]), unit="s")
    asked = Asked(
        chart=Chart(title=HOSTILE, series=(series,)), analysis="trends", question="", language="en", model=model,
        strict=None, context="", image=None,
    )  # fmt: skip
    fact = Fact(id="level-1", kind="level", series=("p95",), numbers=(Number("mean", 2.5, "s"),))
    sheet = FactSheet(facts=(fact,), title=HOSTILE, series=("p95",), units={"p95": "s"})
    end = End(score=supported / numbers, supported=supported, numbers=numbers, model=model, seconds=1.5)
    remembering(view.ledger, lambda: view.now() + number)(
        Kept(id=identity, asked=asked, sheet=sheet, text=text, end=end, by="", strict=False)
    )
    return identity


def test_what_was_told_is_shown_with_its_chart_and_counted_by_narrator(site: Any) -> None:
    app, view = site
    keep(view, 1, "p95 had a mean of 2.5 s.", model=None, supported=1, numbers=1)
    keep(view, 2, f"p95 had a mean of 7.7 s. {HOSTILE}", model="small", supported=0, numbers=1)
    keep(view, 3, "p95 had a mean of 2.5 s.", model="small", supported=1, numbers=1)
    told = fetch(app, "/sereno/explanations.json").json()
    counts = [(n["model"], n["explanations"], n["supported"], n["numbers"]) for n in told["narrators"]]
    assert counts == [(None, 1, 1, 1), ("small", 2, 1, 2)]
    text = fetch(app, "/sereno/explanations", headers=HTML).text
    assert '<mark class="unsupported">7.7 s' in text
    assert 'href="/sereno/explanations/00000000-0000-7000-8000-000000000003#fact-level-1"' in text
    assert text.count('<figure class="chart"') == 3
    assert HOSTILE not in text
    assert "1 of 2 in 2 explanations" in text


def test_thumbs_are_noted_and_lead_back(site: Any) -> None:
    app, view = site
    one = keep(view, 1, "p95 had a mean of 2.5 s.", model=None, supported=1, numbers=1)
    where = f"/sereno/explanations/{one}"
    answer = fetch(app, f"{where}/feedback", method="POST", headers=FORM, content=f"score=1&back={where}".encode())
    assert (answer.status_code, answer.headers["location"]) == (303, where)
    assert fetch(app, f"{where}.json").json()["told"]["feedback"] == 1
    answer = fetch(app, f"{where}/feedback", method="POST", headers=FORM, content=b"score=-1&back=//evil.example")
    assert answer.headers["location"] == "/sereno/explanations"
    assert 'value="-1" title="Wrong or useless" aria-pressed="true"' in fetch(app, where, headers=HTML).text


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"score=5", FORM, 400),
        (b"", FORM, 400),
        (b"score=1", {**FORM, "Sec-Fetch-Site": "cross-site"}, 403),
        (b"score=1", {**FORM, "Content-Type": "text/plain"}, 415),
    ],
)
def test_other_forms_are_refused(site: Any, body: bytes, headers: dict[str, str], status: int) -> None:
    app, view = site
    one = keep(view, 1, "p95 had a mean of 2.5 s.", model=None, supported=1, numbers=1)
    answer = fetch(app, f"/sereno/explanations/{one}/feedback", method="POST", headers=headers, content=body)
    assert answer.status_code == status
    assert fetch(app, f"/sereno/explanations/{one}.json").json()["told"]["feedback"] is None


def test_without_any_it_says_how_to_get_one(site: Any) -> None:
    assert "Follow “Explain”" in fetch(site[0], "/sereno/explanations", headers=HTML).text
    assert fetch(site[0], "/sereno/explanations/nothing", headers=HTML).status_code == 404
    assert (
        fetch(
            site[0], "/sereno/explanations/nothing/feedback", method="POST", headers=FORM, content=b"score=1"
        ).status_code
        == 404
    )
