"""Energy on the pages: of a call, of a model, on the page of cost; and nothing where nothing was measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from api.client import fetch
from api.double import NOW
from sereno.query.view import ShownSetting
from sereno.store.base import Record
from web.conversations import Sound, site
from web.model_calls import LLAMA, QWEN, call, some

HTML = {"Accept": "text/html"}


def measured(record: Record, joules: float) -> Record:
    return msgspec.structs.replace(record, call=msgspec.structs.replace(record.call, energy_joules=joules))


def text(app: Any, address: str) -> str:
    """What a reader sees, without spaces: those between elements are the style sheet's."""
    answer = fetch(app, address, headers=HTML)
    assert answer.status_code == 200, answer.text
    return "".join(Sound(answer.text).text.split())


def records() -> list[Record]:
    """Two measured calls of llama (2 kWh and 1 kWh, 300 and 400 tokens), one of it that was not, one of qwen."""
    return [
        measured(call(LLAMA, serial=1, at=NOW - 3700, latency=1.0, tokens=(100, 300)), 7.2e6),
        measured(call(LLAMA, serial=2, at=NOW - 3600, latency=2.0, tokens=(200, 400)), 3.6e6),
        call(LLAMA, serial=3, at=NOW - 900, latency=1.0, tokens=(10, 20)),
        measured(call(QWEN, serial=4, at=NOW - 800, latency=1.0, tokens=(10, 20)), 36.0),
    ]


def test_sums_say_how_much_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with site(tmp_path, records()) as (app, view):
        monkeypatch.setattr(view, "settings", lambda: [ShownSetting("prices.power.per_kwh", "0.3", "file")])
        total = fetch(app, "/sereno/cost.json").json()
        assert (total["total"]["measured"], total["total"]["energy_joules"]) == (3, 10_800_036.0)
        assert total["electricity_usd"] == pytest.approx(0.900003)
        assert "Energy3.00kWh$0.900ofelectricityat$0.300akWh" in text(app, "/sereno/cost")
        found = fetch(app, f"/sereno/model.json?model={LLAMA}").json()["figures"]
        assert (found["energy_joules"], found["measured_messages"]) == (10.8e6, 2)
        assert found["joules_per_output_token"] == pytest.approx(10.8e6 / 700)
        assert "Energía3,00kWhEnergíaportokendesalida4,29Wh" in text(app, f"/sereno/model?model={LLAMA}&lang=es")
        shown = fetch(app, "/analytics/aggregations").json()
        assert (shown["energy_joules"], shown["measured_messages"]) == (10_800_036.0, 3)


def test_without_a_price_of_electricity_the_cost_page_says_what_was_measured(tmp_path: Path) -> None:
    with site(tmp_path, records()) as (app, _):
        assert fetch(app, "/sereno/cost.json").json()["electricity_usd"] is None
        assert "Energy3.00kWhmeasuredin3of4calls" in text(app, "/sereno/cost")


def test_a_call_shows_its_energy_and_that_of_a_token(tmp_path: Path) -> None:
    of_qwen = records()[3]
    with site(tmp_path, records()) as (app, _):
        assert "Energy36.0JEnergyofanoutputtoken1.80J" in text(app, f"/sereno/calls/{of_qwen.call.id}")


def test_nothing_measured_nothing_shown(tmp_path: Path) -> None:
    with site(tmp_path, some()) as (app, _):
        assert fetch(app, "/sereno/cost.json").json()["total"]["energy_joules"] is None
        for address in ("/sereno/cost", f"/sereno/model?model={LLAMA}", f"/sereno/calls/{some()[0].call.id}"):
            assert "Energy" not in text(app, address)
