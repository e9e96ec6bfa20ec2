"""The page of drift: without a reference, a model that drifts alone, a trigger that waits; twins, languages, names."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import URL

from api.client import fetch
from api.double import NOW, KeeperDouble
from drift.planted import Plan as Planted
from drift.planted import calls
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.drift.triggers import Rule
from sereno.keeper.drift.monitor import DriftMonitor
from sereno.keeper.drift.plan import Plan
from sereno.metrics.increments import Increments
from sereno.store.base import Batch, Record
from sereno.store.ledger import Ledger, drift_events
from sereno.store.sqlite import SqliteStore
from sereno.web.app import mount

HTML = {"Accept": "text/html"}
DAY = 86_400.0
SCRIPT = "<script>alert(1)</script>"


class World:
    """A store, its ledger, a monitor on a clock, and the pages."""

    def __init__(self, folder: Path) -> None:
        self.store = SqliteStore(folder / "sereno.db")
        self.ledger = Ledger(URL.create("sqlite", database=str(folder / "sereno.db")))
        self.now = NOW - 3 * DAY
        self.monitor = DriftMonitor(self.ledger, self.store, Plan(rule=Rule(windows=2)), clock=lambda: self.now)
        view = KeeperDouble(self.store, ledger=self.ledger)
        self.app = create_app(view, ApiOptions(), monitor=self.monitor)
        mount(self.app, view)

    def day(self, *parts: tuple[Planted, int, str]) -> None:
        """A day of calls: what was planted, how many, of which model."""
        records = [
            Record(msgspec.structs.replace(call, model=model), None)
            for at, (plan, n, model) in enumerate(parts)
            for call in calls(plan, n, int(self.now) + at, self.now, DAY)
        ]
        self.store.add(Batch(id=f"b{self.now}", records=records, increments=Increments(), positions=()))
        self.now += DAY

    def use(self) -> None:
        made = self.monitor.create("normal", self.now - DAY, self.now, weekdays=False, by="ana")
        self.monitor.use(made.label, "ana")

    def page(self, **params: str) -> str:
        answer = fetch(self.app, "/sereno/drift", headers=HTML, params={"start_time": "30d", **params})
        assert answer.status_code == 200, answer.text
        return answer.text


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.ledger.close()
    made.store.close()


def tile(page: str, label: str) -> str:
    """The text of the tile of this name."""
    found = page.split(f"<dt>{label}</dt>", 1)[1].split("</div>", 1)[0]
    return " ".join(re.sub(r"<[^>]*>", " ", found).split())


def test_without_a_reference_the_page_says_how_to_take_one(world: World) -> None:
    assert "sereno drift reference create normal" in world.page()
    assert "Todavía no hay referencia" in world.page(lang="es")
    world.day(("null", 100, "a"))
    world.use()
    assert "sereno drift check makes one now" in world.page()


def test_a_model_that_drifts_alone_is_told_where_all_calls_do_not(world: World) -> None:
    world.day(("null", 1140, "big"), ("null", 60, "tiny"))
    world.use()
    world.day(("null", 1140, "big"), ("latency", 60, "tiny"))
    world.monitor.check()
    page = world.page()
    assert tile(page, "Verdict") == "none 1,200 calls against normal@1"
    assert tile(page, "Most drifted") == "– models that drift: 1 of 2"
    alone = world.page(model="tiny")
    assert tile(alone, "Verdict") == "critical tiny: 60 calls against normal@1"
    assert tile(alone, "Most drifted") == "ttft models that drift: 1 of 2"
    assert tile(alone, "PSI, corrected") != tile(page, "PSI, corrected")
    rows = list(csv.DictReader(io.StringIO(fetch(world.app, "/sereno/drift.csv", params={"model": "tiny"}).text)))
    assert (rows[0]["feature"], rows[0]["severity"], rows[0]["n_current"]) == ("ttft", "critical", "60")


def test_a_trigger_waits_with_its_reason_in_the_readers_language(world: World) -> None:
    world.day(("null", 300, "a"))
    world.use()
    for _ in range(2):
        world.day(("language", 150, "a"))
        world.monitor.check()
    page, other = world.page(), world.page(lang="es")
    assert "Calls differ from normal@1 in 2 windows in a row; accuracy is not measured." in page
    assert "Las llamadas difieren de normal@1 en 2 ventanas seguidas; el acierto no se mide." in other
    assert 'name="decision" value="approve"' in page
    with world.ledger.read() as connection:
        happened = drift_events.events(connection)
    assert [one.kind for one in happened] == ["drift", "reference"]
    told: Any = fetch(world.app, "/sereno/drift.json").json()
    assert told["summary"]["severity"] == "critical"


def test_hostile_names_are_text(world: World) -> None:
    world.day(("null", 100, "a"), ("null", 100, SCRIPT))
    world.use()
    world.day(("null", 100, "a"), ("language", 100, SCRIPT))
    world.monitor.check()
    for page in (world.page(), world.page(model=SCRIPT)):
        assert SCRIPT not in page
        assert "&lt;script&gt;alert(1)" in page


def test_bins_have_the_decimal_sign_of_the_reader(world: World) -> None:
    world.day(("null", 800, "a"))
    world.use()
    world.day(("latency", 300, "a"))
    world.monitor.check()
    for language, sign in (("en", "."), ("es", ",")):
        bins = re.findall(r"[≤>–] (\d+\D\d+)", world.page(lang=language))
        assert bins
        assert all(sign in one for one in bins), bins
