"""The page of objectives agrees with `sereno slo status`, and says what it does not know."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from api.client import fetch
from api.double import NOW, KeeperDouble, MemoryStore, chat
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.assembly.slo import load
from sereno.query.objectives import ObjectiveMessage, objective_message, status_of
from sereno.web.app import mount
from sereno.web.pages.slo import state_of

DAY = 86400.0


def made(exchanges: Any) -> Any:
    view = KeeperDouble(MemoryStore(exchanges))
    view.slos = load([])
    app = create_app(view, ApiOptions())
    mount(app, view)
    return app, view


def traffic(failures: int, calls: int = 400, last: float = 60.0) -> list[Any]:
    """Calls over 20 days, the first so many of which fail."""
    return [
        chat("a", "b", at=NOW - last - 20 * DAY * (1 - n / calls), serial=n, error="boom" if n < failures else None)
        for n in range(calls)
    ]


def test_page_api_and_command_say_the_same() -> None:
    app, view = made(traffic(1))
    asked = [objective_message(one) for one in status_of(view.store, view.slos, NOW)]
    known = msgspec.json.decode(msgspec.json.encode(asked))
    assert fetch(app, "/sereno/api/slo").json() == known
    page = fetch(app, "/sereno/slo.json").json()["objectives"]
    assert [{name: one[name] for name in ObjectiveMessage.__struct_fields__} for one in page] == known
    (availability,) = [one for one in page if one["name"] == "availability"]
    assert availability["attained"] == pytest.approx(99.75)  # 1 of 400
    assert availability["budget_left"] == pytest.approx(0.5)  # of the 0.5 % that may fail
    points = availability["points"]
    assert points[-1]["left"] == pytest.approx(0.5)
    assert points[-1]["at"] == NOW
    assert points[0]["left"] is None  # no call had come
    assert sum(point["events"] for point in points) == 400
    known_points = [point["left"] for point in points if point["left"] is not None]
    assert known_points == sorted(known_points, reverse=True)


@pytest.mark.parametrize("language", ["en", "es"])
def test_without_traffic_nothing_is_kept_nor_missed(language: str) -> None:
    app, _ = made([])
    text = fetch(app, f"/sereno/slo?lang={language}", headers={"Accept": "text/html"}).text
    assert {"en": "nothing was kept and nothing was missed", "es": "nada se cumplió ni se incumplió"}[language] in text
    assert "100%" not in text
    for one in fetch(app, "/sereno/slo.json").json()["objectives"]:
        assert (one["state"], one["attained"], one["budget_left"]) == ("no_traffic", None, None)
        assert all(burn["burn_rate"] is None for burn in one["burns"])


def test_a_broken_promise_is_told() -> None:
    app, _ = made(traffic(8))
    (availability,) = [o for o in fetch(app, "/sereno/slo.json").json()["objectives"] if o["name"] == "availability"]
    assert (availability["state"], availability["budget_left"]) == ("missed", pytest.approx(-3.0))
    assert "overdrawn" in fetch(app, "/sereno/slo", headers={"Accept": "text/html"}).text


def test_an_outage_now_is_a_page() -> None:
    app, _ = made([*traffic(0), *(chat("a", "b", at=NOW - 30, serial=900 + n, error="boom") for n in range(200))])
    (availability,) = [o for o in fetch(app, "/sereno/slo.json").json()["objectives"] if o["name"] == "availability"]
    assert availability["state"] == "page"
    assert availability["firing"] == ["page", "ticket"]


def test_without_objectives_it_says_how_to_name_some() -> None:
    app, view = made([])
    view.slos = []
    assert "slo.specs" in fetch(app, "/sereno/slo", headers={"Accept": "text/html"}).text


def test_an_hour_at_too_fast_a_pace_is_burning() -> None:
    _, view = made(traffic(0))
    (told, *_) = [objective_message(one) for one in status_of(view.store, view.slos, NOW)]
    burns = [msgspec.structs.replace(b, burn_rate=1.5) if b.window == "1h" else b for b in told.burns]
    assert state_of(told) == "kept"
    assert state_of(msgspec.structs.replace(told, burns=burns)) == "burning"
    assert state_of(msgspec.structs.replace(told, unknown="why")) == "unknown"
