"""The page of cost: sums by hand, what has no price, the settings that would give it one."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from api.client import fetch
from api.double import NOW
from sereno.config import load
from sereno.web.price_snippet import price_snippet
from web.conversations import Sound, site
from web.model_calls import LISTED, LLAMA, LOCAL, OLD, QWEN, call, some

BROWSER = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The application over `some` calls; only for reading."""
    with site(tmp_path_factory.mktemp("cost"), some()) as (app, _):
        yield app


def told(app: Any, parameters: str = "") -> Any:
    answer = fetch(app, f"/sereno/cost.json?{parameters}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def page(app: Any, parameters: str = "") -> Sound:
    answer = fetch(app, f"/sereno/cost?{parameters}", headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return Sound(answer.text)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_total_and_what_it_is_made_of(kept: Any) -> None:
    found = told(kept)
    total = found["total"]
    assert [total[n] for n in ("calls", "priced", "unpriced")] == [7, 4, 2]  # the failed call has no tokens to price
    assert total["cost_usd"] == pytest.approx(0.05)
    assert total["mean_per_call"] == pytest.approx(0.05 / 4)
    assert total["input_tokens"] == 100 + 200 + 1000 + 100 + 300 + 10
    assert found["cost_per_million_tokens"] == pytest.approx(0.05 / (400 + 600 + 200 + 600) * 1e6)
    assert [(row["name"], row["cost_usd"], row["unpriced"]) for row in found["by_model"]] == [
        (LLAMA, pytest.approx(0.05), 1),
        (QWEN, 0.0, 0),
        (OLD, None, 1),
    ]
    assert [(row["name"], row["cost_usd"], row["share"]) for row in found["by_user"]] == [
        ("ada", pytest.approx(0.05), pytest.approx(1.0)),
        (None, 0.0, 0.0),
        ("bob", None, None),
    ]
    assert [(row["name"], row["cost_usd"]) for row in found["by_category"]] == [
        (None, pytest.approx(0.03)),
        ("code", pytest.approx(0.02)),
    ]


def test_sources_and_calls_without_one(kept: Any) -> None:
    found = told(kept)
    assert [(s["source"], s["calls"], s["cost_usd"]) for s in found["sources"]] == [
        (LISTED, 1, pytest.approx(0.03)),
        (LOCAL, 3, pytest.approx(0.02)),
        (None, 2, None),
    ]
    assert [(u["model"], u["calls"], u["input_tokens"], u["output_tokens"]) for u in found["unpriced"]] == [
        (LLAMA, 1, 1000, 2000),
        (OLD, 1, 10, 10),
    ]


@pytest.mark.parametrize(
    ("parameters", "cost", "calls"),
    [("model=llama3.2", 0.05, 4), ("user=ada", 0.05, 2), ("user=bob", None, 2), ("start_time=2h", 0.02, 3),
     ("end_time=2025-11-15", None, 1)],
)  # fmt: skip
def test_filters_and_times_narrow_everything(kept: Any, parameters: str, cost: float | None, calls: int) -> None:
    found = told(kept, parameters)
    assert found["total"]["calls"] == calls
    assert found["total"]["cost_usd"] == (None if cost is None else pytest.approx(cost))
    assert sum(point["calls"] for point in found["by_time"]) == calls
    assert sum(point["cost_usd"] or 0.0 for point in found["by_time"]) == pytest.approx(cost or 0.0)
    for by in ("by_model", "by_user", "by_category"):
        assert sum(row["calls"] for row in found[by]) == calls


def test_time_is_cut_into_the_reader_s_days(kept: Any) -> None:
    found = told(kept, "tz=America/New_York")
    assert found["interval"] == "1d"
    starts = {datetime.fromtimestamp(at, UTC).hour for at in found["times"]}
    assert starts == {4, 5}  # midnight in New York, before and after the clocks went back on 2 November
    assert {point["at"] for point in found["by_time"]} <= set(found["times"])
    assert told(kept, "start_time=24h")["interval"] == "1h"


def test_the_change_is_against_the_range_before(tmp_path: Path) -> None:
    calls = [
        call(LLAMA, serial=1, at=NOW - 86400 * 2, cost=0.2, source=LOCAL),
        call(LLAMA, serial=2, at=NOW - 3600, cost=0.3, source=LOCAL),
    ]
    with site(tmp_path, calls) as (app, _):
        found = told(app, "start_time=36h")
        assert [found["before"], found["total"]["cost_usd"]] == [pytest.approx(0.2), pytest.approx(0.3)]
        assert "+50.0%" in page(app, "start_time=36h").text


def test_the_twins_say_what_the_page_says(kept: Any) -> None:
    found = told(kept)["by_time"]
    lines = list(csv.DictReader(io.StringIO(fetch(kept, "/sereno/cost.csv").text)))
    assert [(line["time"], line["model"], int(line["calls"])) for line in lines] == [
        (point["time"], point["model"], point["calls"]) for point in found
    ]
    assert [line["cost_usd"] for line in lines if line["model"] == OLD] == [""]  # unknown is not 0
    text = plain(page(kept).text)
    assert "$0.0500" in text
    assert "4 of 7 calls priced" in text
    assert "$12.50" in text  # for 1,000 calls
    assert "All kinds of prices: docs/prices.md" in text


def test_the_settings_it_offers_are_toml_with_every_name_whole(tmp_path: Path) -> None:
    names = ['a"b\\c', "<script>x</script>:1", "\u202egnihton\u202c", "🌙", "d\x7fe", "tab\tin"]
    with site(tmp_path, [call(name, serial=i, at=NOW - i) for i, name in enumerate(names)]) as (app, _):
        answer = fetch(app, "/sereno/cost", headers=BROWSER).text
        Sound(answer)
        snippet = re.search(r'<pre id="price-settings"[^>]*>(.*?)</pre>', answer, re.DOTALL)
        assert snippet is not None
        offered = tomllib.loads(unescape(snippet[1]))
        stored = {row["model"] for row in told(app)["unpriced"]}
    assert set(offered["prices"]["mine"]["models"]) == stored
    assert len(stored) == len(names)
    assert set(offered["prices"]["mine"]) == {"models"}  # no amount is made up


def test_a_price_named_as_offered_is_one_that_the_settings_take(tmp_path: Path) -> None:
    file = tmp_path / "sereno.toml"
    file.write_text(price_snippet([LLAMA, QWEN]).replace("# input =   ", "input = 0.5"), "utf-8")
    settings = load(environ={}, cwd=tmp_path, home=tmp_path).settings
    assert [(price.name, price.models, price.input) for price in settings.prices] == [("mine", (LLAMA, QWEN), 0.5)]


def test_everything_priced_asks_for_nothing(tmp_path: Path) -> None:
    with site(tmp_path, [call(LLAMA, cost=0.1, source=LOCAL)]) as (app, _):
        shown = page(app)
    assert "Calls without a price" not in shown.text
    assert "every call with tokens has one" in shown.text


def test_nothing_priced_says_so_and_where_to_go(tmp_path: Path) -> None:
    with site(tmp_path, [call(LLAMA)]) as (app, _):
        shown = page(app)
        assert told(app)["total"]["cost_usd"] is None
        assert fetch(app, "/sereno/cost.csv").status_code == 200
    assert "Put a price into sereno.toml" in shown.text
    assert "By model" in shown.text
    assert "By source" not in shown.text
    assert "#unpriced" in shown.links
    assert shown.ids.count("unpriced") == 1


def test_a_record_without_calls_and_a_quiet_range(kept: Any, tmp_path: Path) -> None:
    with site(tmp_path, []) as (app, _):
        assert "OLLAMA_HOST=http://127.0.0.1:11434" in page(app).text
    assert "No calls in this time. The last call came 2025-11-20" in page(
        kept, "start_time=2025-10-01&end_time=2025-10-02"
    ).text  # fmt: skip


def test_the_month_is_projected_from_whole_weeks(tmp_path: Path) -> None:
    days = [call(LLAMA, serial=i, at=NOW - 86400 * i - 3600, cost=1.0, source=LOCAL) for i in range(14)]
    with site(tmp_path, days) as (app, _):
        found = told(app)["projection"]
        text = plain(page(app).text)
    # NOW is midnight that begins 21 November: 14 dollars spent, 10 days are left, each like the 14 before.
    assert found == {
        "spent": pytest.approx(14.0), "per_day": pytest.approx(1.0), "weeks": 2, "expected": pytest.approx(24.0),
        "low": pytest.approx(24.0), "high": pytest.approx(24.0),
        "ends_at": datetime(2025, 12, 1, tzinfo=UTC).timestamp(),
    }  # fmt: skip
    assert "expected; $14.00 so far" in text
    assert "the mean of the last 14 whole days ($1.00 a day) for each day left until 2025-11-30" in text
    assert "The month is not projected" not in text


def test_a_few_days_are_not_projected(kept: Any) -> None:
    assert told(kept)["projection"] is None
    assert "that takes seven whole days" in page(kept).text


def test_texts_are_spanish_where_the_reader_is(kept: Any) -> None:
    shown = plain(page(kept, "lang=es").text)
    for text in ("Coste total", "Por 1000 llamadas", "0,0500 US$", "Llamadas sin precio", "4 de 7 llamadas con precio"):
        assert text in shown


def test_a_wrong_parameter_is_named(kept: Any) -> None:
    answer = fetch(kept, "/sereno/cost?start_time=soon", headers=BROWSER)
    assert answer.status_code == 400
    assert "start_time" in answer.text
