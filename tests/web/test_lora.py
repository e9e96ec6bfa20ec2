"""The pages of adapters: list, one version, two side by side; twins, states, hostile names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from api.client import fetch
from api.double import NOW, KeeperDouble, MemoryStore, chat
from lora.made import folder, state
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.artifacts.importing import import_adapter
from sereno.artifacts.promotion import promote
from sereno.calls import Exchange
from sereno.lora.training import Point
from sereno.stats.intervals import wilson
from sereno.store.ledger import Ledger, lora_figures
from sereno.store.ledger.lora_figures import Figure
from sereno.web.app import mount
from sereno.web.loss_curves import POSITIONS, at, loss_charts
from sereno.web.texts import texts

HTML = {"Accept": "text/html"}
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Any]:
    ledger = Ledger(URL.create("sqlite", database=str(tmp_path / "sereno.db")))
    import_adapter(ledger, str(folder(tmp_path / "v1", fill=1)), now=NOW - 9000)
    hostile = folder(tmp_path / "v2", fill=2, lora_alpha=32, task_type=SCRIPT,
                     training=state(losses=(2.0, 1.0, 0.5), evals=(1.5, 0.9)))  # fmt: skip
    import_adapter(ledger, str(hostile), now=NOW - 8000)
    promote(ledger, "v1", now=NOW - 7000, force=SCRIPT, actor="ada")
    promote(ledger, "v2", now=NOW - 6000)
    with ledger.write() as connection:
        lora_figures.serve(connection, "v1", "faq", NOW - 6000)
        rows = [Figure(version="v1", metric="latency_p95_seconds", value=1.5, samples=9, at=NOW - 3600 * n)
                for n in range(3)]  # fmt: skip
        lora_figures.keep(connection, rows)
    yield site(ledger)
    ledger.close()


def site(ledger: Ledger | None, exchanges: Sequence[Exchange] = ()) -> Any:
    calls = exchanges or [
        chat("q", "a", model="faq:latest", at=NOW - 100 * n, latency=float(n), serial=n) for n in range(1, 4)
    ]
    view = KeeperDouble(MemoryStore(calls), ledger=ledger)
    made = create_app(view, ApiOptions())
    mount(made, view)
    return made


def told(app: Any, address: str) -> Any:
    answer = fetch(app, address)
    assert answer.status_code == 200, answer.text
    return answer.json()


def page(app: Any, address: str, language: str = "en") -> str:
    answer = fetch(app, address, headers={**HTML, "Accept-Language": language})
    assert answer.status_code == 200, answer.text[-800:]
    assert SCRIPT not in answer.text
    return answer.text


def test_the_list_shows_champions_candidates_and_the_log(app: Any) -> None:
    content = told(app, "/sereno/lora.json")
    assert [(row["version"], row["aliases"]) for row in content["adapters"]] == [
        ("v2", ["candidate"]),
        ("v1", ["champion"]),
    ]
    assert [line["action"] for line in content["log"]] == ["refuse", "promote", "import", "import"]
    text = page(app, "/sereno/lora")
    assert "no paired evaluation" in text
    assert "/sereno/lora/compare?a=v1&amp;b=v2" in text
    assert "campeón" in page(app, "/sereno/lora", "es")


def test_the_list_as_csv(app: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(fetch(app, "/sereno/lora.csv").text)))
    assert [(row["version"], row["is_active"], row["models"]) for row in rows] == [
        ("v2", "false", ""), ("v1", "true", "faq")
    ]  # fmt: skip


def test_one_version(app: Any) -> None:
    content = told(app, "/sereno/lora/version.json?version=v1")
    assert content["adapter"]["live"]["total_messages"] == 3
    assert len(content["figures"]) == 3
    text = page(app, "/sereno/lora/version?version=v1")
    assert content["adapter"]["digest"] in text
    assert "Latency p95" in text
    assert "Elija una" in page(app, "/sereno/lora/version", "es")
    assert fetch(app, "/sereno/lora/version?version=v9").status_code == 404


def test_two_side_by_side(app: Any) -> None:
    content = told(app, "/sereno/lora/compare.json?a=v1&b=v2")
    lines = {line["measure"]: line for line in content["lines"]}
    assert (lines["validation_loss"]["a"], lines["validation_loss"]["b"]) == (1.2, 0.9)
    assert lines["validation_loss"]["better"] is None  # one number each tells no chance
    assert (lines["requests"]["a"], lines["requests"]["b"], lines["requests"]["better"]) == (3, None, None)
    assert "lora_alpha" in page(app, "/sereno/lora/compare?a=v1&b=v2")
    assert "Choose two" in page(app, "/sereno/lora/compare")
    assert fetch(app, "/sereno/lora/compare?a=v1&b=v9").status_code == 404


def test_only_what_chance_does_not_explain_is_called_better(app: Any, tmp_path: Path) -> None:
    """v2 takes over with calls that take twenty times as long, of which one more fails; it knows more answers."""
    del app
    ledger = Ledger(URL.create("sqlite", database=str(tmp_path / "sereno.db")))
    with ledger.write() as connection:
        lora_figures.serve(connection, "v2", "faq", NOW - 1000)
        judged = [
            Figure(version=version, metric="accuracy", value=right / 200, samples=200, at=NOW - 500,
                   details={"eval_set": "faq", "low": wilson(right, 200).low, "high": wilson(right, 200).high})
            for version, right in (("v1", 120), ("v2", 160))
        ]  # fmt: skip
        lora_figures.keep(connection, judged)
    calls = [
        chat("q", "a", model="faq:latest", at=at - 10 * n, latency=latency, error="no" if n < failed else None,
             serial=n + int(latency * 1000))
        for at, latency, failed in ((NOW - 1100, 0.2, 1), (NOW - 100, 4.0, 2)) for n in range(40)
    ]  # fmt: skip
    made = site(ledger, calls)
    lines = {line["measure"]: line for line in told(made, "/sereno/lora/compare.json?a=v1&b=v2")["lines"]}
    assert (lines["requests"]["a"], lines["requests"]["b"]) == (40, 40)
    assert {name: line["better"] for name, line in lines.items() if line["better"]} == {
        "quality": "b", "latency_p50": "a",
    }  # fmt: skip
    assert lines["error_rate"]["low"] < 0 < lines["error_rate"]["high"]
    assert lines["latency_p95_seconds"]["high"] is None  # 40 calls bound no 95th percentile
    text = page(made, "/sereno/lora/compare?a=v1&b=v2")
    assert text.count("✓</span>") == 2
    assert "+11.1\N{NO-BREAK SPACE}pp to +28.5\N{NO-BREAK SPACE}pp" in text
    swapped = {line["measure"]: line for line in told(made, "/sereno/lora/compare.json?a=v2&b=v1")["lines"]}
    assert (swapped["quality"]["better"], swapped["latency_p50"]["better"]) == ("a", "b")
    ledger.close()


def test_nothing_yet_says_how_to_begin(tmp_path: Path) -> None:
    ledger = Ledger(URL.create("sqlite", database=str(tmp_path / "sereno.db")))
    for made in (site(ledger), site(None)):
        assert "sereno lora import" in page(made, "/sereno/lora")
        assert "Two versions are needed" in page(made, "/sereno/lora/compare")
    ledger.close()


def test_a_curve_is_drawn_straight_between_its_points() -> None:
    curve = [Point(10, None, 3.0), Point(30, None, 1.0)]
    assert [at(curve, step) for step in (0, 10, 20, 30, 40)] == [None, 3.0, 2.0, 1.0, None]


def test_long_curves_are_thinned_for_the_page(tmp_path: Path) -> None:
    from sereno.lora.training import Training

    long = Training(curve=tuple(Point(step, None, 1.0 / step) for step in range(1, 1500)))
    short = Training(curve=(Point(5, None, 2.0), Point(2000, None, 1.0)))
    chart = loss_charts([("a", long), ("b", short)], texts("en"))["loss"]
    assert len(chart.x) == POSITIONS
    assert (chart.x[0], chart.x[-1]) == ("1", "2000")
    assert [series.name for series in chart.series] == ["a", "b"]
