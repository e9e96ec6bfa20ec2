"""The table of models, the page of one, two side by side: every figure against calls that are summed by hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from api.client import fetch
from api.double import NOW, chat
from sereno.query.view import InstalledModel, ShownSetting, UpstreamState
from web.conversations import Sound, site
from web.model_calls import LISTED, LLAMA, LOCAL, OLD, QWEN, call, servers, some

BROWSER = {"Accept": "text/html"}
HOSTILE = (
    "<script>document.title='owned'</script>",
    "\u202egnihton\u202c مرحبا \u2066x",
    '"><style>*{display:none}</style>{{ 7*7 }}&model=2#',
    "</script><svg onload=alert(1)>'\";`${1}",
    "🌙" * 60,
    "x" * 190,
    "a\nb\x00c\x7f",
)


def address(path: str, **parameters: Any) -> str:
    return f"/sereno/{path}?{urlencode(parameters, doseq=True)}" if parameters else f"/sereno/{path}"


def told(app: Any, path: str, **parameters: Any) -> Any:
    """The JSON twin."""
    answer = fetch(app, address(f"{path}.json", **parameters))
    assert answer.status_code == 200, answer.text
    return answer.json()


def table(app: Any, path: str, **parameters: Any) -> list[dict[str, str]]:
    """The CSV twin."""
    return list(csv.DictReader(io.StringIO(fetch(app, address(f"{path}.csv", **parameters)).text)))


def page(app: Any, path: str, **parameters: Any) -> Sound:
    answer = fetch(app, address(path, **parameters), headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return Sound(answer.text)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The application over `some` calls and `servers`; only for reading."""
    with site(tmp_path_factory.mktemp("models"), some()) as (app, view):
        setattr(view, "upstreams", servers)  # noqa: B010  # the double's own method stays for others
        price = [ShownSetting("prices.gpu.per_hour", "0.8", "file"), ShownSetting("prices.gpu.watts", "", "default")]
        setattr(view, "settings", lambda: [ShownSetting("gateway.listen", "127.0.0.1:11434", "default"), *price])  # noqa: B010  # likewise
        yield app


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Models, users and servers with names that try to break pages."""
    calls = [call(n, serial=i, at=NOW - 60 * i - 60, user=n, category=n, prompt=n) for i, n in enumerate(HOSTILE)]
    models = [InstalledModel(name="installed " + name, quantization=name, family=name) for name in HOSTILE]
    with site(tmp_path_factory.mktemp("hostile"), calls) as (app, view):
        servers_ = [UpstreamState(name=HOSTILE[0], url="http://127.0.0.1:1", up=True, models=models)]
        setattr(view, "upstreams", lambda: servers_)  # noqa: B010  # likewise
        yield app


def test_the_table_sums_each_model(kept: Any) -> None:
    found = told(kept, "models")
    llama, qwen = found["models"]
    assert [llama["model"], qwen["model"]] == [LLAMA, QWEN]
    assert [llama["share"], qwen["share"]] == [pytest.approx(4 / 6), pytest.approx(2 / 6)]
    figures = llama["figures"]
    assert [figures[n] for n in ("total_messages", "success", "error", "error_rate")] == [4, 3, 1, 0.25]
    assert [figures["input_tokens"], figures["output_tokens"]] == [1300, 2700]
    assert figures["total_cost"] == pytest.approx(0.05)
    assert llama["unpriced"] == 1
    assert llama["cost_per_1000_calls"] == pytest.approx(0.05 / 2 * 1000)
    assert llama["cost_per_1000_tokens"] == pytest.approx(0.05 / (400 + 600) * 1000)  # the priced calls' tokens alone
    assert figures["latency"]["p95"] == pytest.approx(4.0, rel=0.0905)  # one bucket of the record
    # chat() says generation took half of the latency.
    assert figures["tokens_per_second"] == pytest.approx(2700 / 3.5)
    assert [qwen["unpriced"], qwen["cost_per_1000_calls"], qwen["cost_per_1000_tokens"]] == [0, 0.0, 0.0]


def test_calls_lie_in_the_interval_in_which_they_ended(kept: Any) -> None:
    found = told(kept, "models")
    assert found["interval"] == "1h"
    index = {at: position for position, at in enumerate(found["times"])}
    llama = found["models"][0]["calls_by_time"]
    assert sum(llama) == 4
    assert [llama[index[NOW - h * 3600]] for h in (1, 2, 5)] == [1, 1, 2]  # an hour and 100 s ago; 5 h and 2 s before


def test_where_models_are_is_told_under_the_names_that_calls_have(kept: Any) -> None:
    llama, qwen = told(kept, "models")["models"]
    assert [(place["upstream"], place["loaded"], place["vram_bytes"]) for place in llama["places"]] == [
        ("default", True, 3 << 30),
        ("spare", False, None),
    ]
    assert qwen["places"] == []
    text = plain(page(kept, "models").text)
    assert "loaded default · 3.2B · Q4_K_M · 2.00 GiB · 3.00 GiB in GPU memory" in " ".join(text.split())


def test_models_that_stand_idle_are_apart(kept: Any) -> None:
    assert [(m["model"], m["called"]) for m in told(kept, "models")["idle"]] == [("idle:70b", False), (OLD, True)]
    assert [m["model"] for m in told(kept, "models", start_time="30d")["idle"]] == ["idle:70b"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("calls", [LLAMA, QWEN, OLD]), ("latency", [LLAMA, QWEN, OLD]), ("cost", [LLAMA, QWEN, OLD]),
     ("speed", [QWEN, LLAMA, OLD]), ("errors", [LLAMA, QWEN, OLD]), ("tokens", [LLAMA, QWEN, OLD])],
)  # fmt: skip
def test_the_order_is_in_the_address_and_unknown_comes_last(kept: Any, sort: str, expected: list[str]) -> None:
    assert [row["model"] for row in told(kept, "models", start_time="30d", sort=sort)["models"]] == expected


def test_scores_are_shares_of_the_best_and_unknown_stays_unknown(kept: Any) -> None:
    found = told(kept, "models", start_time="30d")
    scores = {row["model"]: row["scores"] for row in found["models"]}
    speeds = {LLAMA: 2700 / 3.5, QWEN: 400 / 0.25, OLD: 10 / 0.125}
    assert scores[LLAMA]["speed"] == pytest.approx(speeds[LLAMA] / speeds[QWEN])
    assert scores[QWEN] == {"speed": 1.0, "cost": 1.0, "quality": None, "reliability": 1.0}
    assert scores[OLD]["cost"] is None
    assert scores[LLAMA]["reliability"] == 0.75
    assert set(found["score_definitions"]) == {"speed", "cost", "quality", "reliability"}


def test_the_radar_shows_the_models_that_are_ticked(kept: Any) -> None:
    assert told(kept, "models")["compared"] == [LLAMA, QWEN]
    found = told(kept, "models", compare=[QWEN, "gone:1b"])
    assert (found["compared"], found["left_out"]) == ([QWEN], ["gone:1b"])
    shown = page(kept, "models", compare=[QWEN, "gone:1b"])
    assert "Not on the radar: gone:1b." in shown.text
    assert "Not measured: Quality." in shown.text


def test_the_radar_holds_six_and_says_which_it_left_out(hostile: Any, tmp_path: Path) -> None:
    names = [f"m{i}:latest" for i in range(8)]
    with site(tmp_path, [call(name, serial=i) for i, name in enumerate(names)]) as (app, _):
        assert told(app, "models")["compared"] == names[:6]
        found = told(app, "models", compare=names)
    assert (found["compared"], found["left_out"]) == (names[:6], names[6:])


def test_every_axis_is_explained_in_words_in_both_languages(kept: Any) -> None:
    for lang, axis, sentence in (("en", "Reliability", "calls that the client left do not count"),
                                 ("es", "Fiabilidad", "no cuentan las que el cliente abandonó")):  # fmt: skip
        answer = fetch(kept, address("models", lang=lang), headers=BROWSER).text
        assert answer.count(sentence) >= 2  # on the axis, for a pointer, and in the list, for everybody
        assert f"<dt>{axis}</dt>" in answer


def test_the_twins_say_what_the_page_says(kept: Any) -> None:
    found = told(kept, "models")["models"]
    lines = table(kept, "models")
    assert [line["model"] for line in lines] == [row["model"] for row in found]
    for line, row in zip(lines, found, strict=True):
        assert int(line["calls"]) == row["figures"]["total_messages"]
        assert float(line["cost_per_1000_calls"]) == row["cost_per_1000_calls"]
        assert float(line["score_speed"]) == row["scores"]["speed"]
        assert line["score_quality"] == ""
    shown = page(kept, "models")
    text = plain(shown.text)
    assert "$0.0500" in text
    assert "$25.00 / 1,000 calls" in text
    assert "1 without a price" in text
    assert address("model", model=LLAMA) in shown.links


def test_a_record_without_calls_says_how_to_begin_and_a_quiet_range_when_the_last_was(
    kept: Any, tmp_path: Path
) -> None:
    with site(tmp_path, []) as (app, _):
        assert "OLLAMA_HOST=http://127.0.0.1:11434" in page(app, "models").text
        assert told(app, "models")["last_call_at"] is None
    quiet = page(kept, "models", start_time="2025-11-01", end_time="2025-11-02")
    assert "No calls in this time. The last call came 2025-11-20 23:59:00" in quiet.text
    assert "Installed, not called in this time" in quiet.text


# One model.


def test_one_model_by_any_name_people_use(kept: Any) -> None:
    for name in ("llama3.2", "LLAMA3.2:latest", LLAMA):
        assert told(kept, "model", model=name)["model"] == LLAMA


def test_one_model_sums_its_calls_and_tells_them_apart(kept: Any) -> None:
    found = told(kept, "model", model=LLAMA)
    assert [found["figures"]["total_messages"], found["unpriced"], found["unique_users"]] == [4, 1, 2]
    assert sum(point["messages"] for point in found["by_time"]) == 4
    assert [(user["name"], user["calls"]) for user in found["users"]] == [("ada", 2), ("bob", 2)]
    assert [(c["category"], c["messages"]) for c in found["categories"]] == [(None, 3), ("code", 1)]
    assert [row["latency"] for row in found["slowest"]] == [4.0, 2.0, 1.0, 0.5]
    assert [row["error_message"] for row in found["errors"]] == ["out of memory"]
    assert found["before"]["total_messages"] == 0


def test_distributions_hold_every_call_in_the_step_of_its_time(kept: Any) -> None:
    found = told(kept, "model", model=LLAMA)["latency"]
    bounds, (counts,) = found["bounds"], found["counts"]
    assert len(bounds) == len(counts) + 1
    assert bounds == sorted(bounds)
    for low, high, count in zip(bounds, bounds[1:], counts, strict=False):
        assert count == sum(low < latency <= high for latency in (1.0, 2.0, 4.0, 0.5)), (low, high)
    # chat() streams its first content after a third of the latency; the failed call was not streamed.
    assert sum(told(kept, "model", model=LLAMA)["ttft"]["counts"][0]) == 3


def test_a_bar_of_the_distribution_leads_to_exactly_its_calls(kept: Any) -> None:
    answer = fetch(kept, address("model", model=LLAMA)).text
    steps = [link.replace("&amp;", "&") for link in answer.split('"') if link.startswith("/sereno/calls?model=llama")]
    steps = [link for link in steps if "min_latency" in link]
    found = [len(fetch(kept, link.replace("/calls?", "/calls.json?")).json()["calls"]) for link in steps]
    assert sum(found) == 4
    assert found.count(1) == 4


def test_prices_and_their_sources(kept: Any) -> None:
    listed, local, none = told(kept, "model", model=LLAMA)["prices"]
    assert [listed["source"], listed["calls"], listed["settings"]] == [LISTED, 1, {}]
    assert listed["cost_per_million_tokens"] == pytest.approx(0.03 / 600 * 1e6)
    assert [local["source"], local["settings"]] == [LOCAL, {"per_hour": "0.8"}]
    assert [none["source"], none["calls"], none["cost_usd"]] == [None, 1, None]
    assert "per_hour = 0.8" in page(kept, "model", model=LLAMA).text


def test_what_counters_say_since_the_record_began(tmp_path: Path) -> None:
    ended = chat("q", "a", model="m")
    with site(tmp_path, [call("m", serial=1), call("m", serial=2), call("n", serial=3, error="x"), ended]) as (
        app,
        view,
    ):
        assert told(app, "model", model="m")["lifetime"] is None  # has no label of its own on /metrics
        view.store.claim_model_slots(["m:latest", "n:latest"])
        assert told(app, "model", model="m")["lifetime"]["finishes"] == [{"reason": "stop", "calls": 3}]
        assert told(app, "model", model="n")["lifetime"]["finishes"] == []


def test_an_installed_model_that_was_never_called_has_a_page(kept: Any) -> None:
    found = told(kept, "model", model="idle:70b")
    assert (found["called"], found["figures"]["total_messages"], found["last_call_at"]) == (False, 0, None)
    shown = page(kept, "model", model="idle:70b")
    assert "Installed, never called" in shown.text
    assert "40.0 GiB" in plain(shown.text)


def test_a_quiet_range_of_one_model(kept: Any) -> None:
    shown = page(kept, "model", model=OLD)
    assert "No calls in this time. The last call came 2025-11-14 00:00:00" in shown.text


@pytest.mark.parametrize(
    ("path", "parameters", "status", "says"),
    [
        ("model", {}, 400, "`model` is missing"),
        ("model", {"model": "gone"}, 404, "names a model 'gone'"),
        ("models/compare", {"a": "gone", "b": LLAMA}, 404, "names a model 'gone'"),
        ("models", {"sort": "beauty"}, 400, "one of calls, errors"),
    ],
)
def test_wrong_questions_are_told(kept: Any, path: str, parameters: Any, status: int, says: str) -> None:
    for form in (path, f"{path}.json"):
        answer = fetch(kept, address(form, **parameters), headers=BROWSER)
        assert answer.status_code == status
        assert says in answer.text.replace("&#39;", "'")


# Two side by side.


def test_side_by_side_tells_what_differs(kept: Any) -> None:
    found = told(kept, "models/compare", a="llama3.2", b=QWEN)
    lines = {line["measure"]: line for line in found["lines"]}
    assert (lines["calls"]["a"], lines["calls"]["b"], lines["calls"]["change"]) == (4, 2, -0.5)
    rate = lines["error_rate"]
    assert (rate["a"], rate["b"], rate["change"]) == (0.25, 0.0, -1.0)
    # Newcombe (1998, method 10), from Wilson's (0.046, 0.699) of 1 in 4 and (0, 0.658) of 0 in 2.
    assert (round(rate["low"], 2), round(rate["high"], 2)) == (-0.70, 0.44)
    assert all(line["better"] is None for line in lines.values())  # of six calls anything may be chance
    swapped = {line["measure"]: line for line in told(kept, "models/compare", a=QWEN, b=LLAMA)["lines"]}
    assert swapped["error_rate"]["change"] is None  # nothing is how many times more than none


def test_only_what_chance_does_not_explain_is_called_better(tmp_path: Path) -> None:
    """Forty calls a model: one takes ten times as long, and as many fail as one more."""
    calls = [
        chat("q", "a", model=model, at=NOW - 60 * n - 60, latency=latency, error="no" if n < failed else None,
             serial=n + int(latency * 1000))
        for model, latency, failed in (("quick", 0.2, 1), ("slow", 2.0, 2)) for n in range(40)
    ]  # fmt: skip
    with site(tmp_path, calls) as (app, _):
        lines, swapped = (
            {line["measure"]: line for line in told(app, "models/compare", a=a, b=b)["lines"]}
            for a, b in (("quick", "slow"), ("slow", "quick"))
        )
    assert (lines["latency_p50"]["better"], lines["error_rate"]["better"]) == ("a", None)
    assert lines["latency_p50"]["low"] > 0
    assert lines["error_rate"]["low"] < 0 < lines["error_rate"]["high"]
    assert swapped["latency_p50"]["better"] == "b"


def test_a_figure_that_one_does_not_have_is_no_loss(kept: Any) -> None:
    lines = {li["measure"]: li for li in told(kept, "models/compare", a=LLAMA, b="idle:70b")["lines"]}
    assert lines["calls"]["b"] == 0
    assert [lines[name]["b"] for name in ("latency_p95", "error_rate", "cost_usd")] == [None, None, None]
    assert all(line["better"] is None for line in lines.values())


def test_both_distributions_have_the_same_steps(kept: Any) -> None:
    found = told(kept, "models/compare", a=LLAMA, b=QWEN)["latency"]
    assert [sum(counts) for counts in found["counts"]] == [4, 2]
    assert {len(counts) for counts in found["counts"]} == {len(found["bounds"]) - 1}


def test_boxes_ticked_on_the_table_stand_side_by_side(kept: Any) -> None:
    assert told(kept, "models/compare", compare=[QWEN, LLAMA])["asked"] == [QWEN, LLAMA]
    assert told(kept, "models/compare", compare=[QWEN])["asked"] == [QWEN, None]
    found = told(kept, "models/compare", compare=[OLD, QWEN, LLAMA])
    assert (found["asked"], found["left_out"]) == ([OLD, QWEN], 1)
    assert "More than two were ticked" in page(kept, "models/compare", compare=[OLD, QWEN, LLAMA]).text
    assert told(kept, "models/compare", a=QWEN, compare=[OLD, QWEN, LLAMA])["left_out"] == 0


def test_a_prompt_that_both_answered_is_shown_whole_with_both_answers(tmp_path: Path) -> None:
    long = "Tell me. " * 40
    calls = [
        call("a", serial=1, at=NOW - 900, prompt=long + "one", response="old a"),
        call("a", serial=2, at=NOW - 800, prompt=long + "one", response="new a"),
        call("a", serial=3, at=NOW - 100, prompt=long + "two", response="begins alike, is another"),
        call("b", serial=4, at=NOW - 700, prompt=long + "one", response="b"),
        call("b", serial=5, at=NOW - 90, prompt="other", error="failed"),
        call("a", serial=6, at=NOW - 80, prompt="other", response="only a succeeded"),
    ]
    with site(tmp_path, calls) as (app, _):
        found = told(app, "models/compare", a="a", b="b")["prompt"]
        assert found["prompt"] == long + "one"
        assert [found["a"]["response"], found["b"]["response"]] == ["new a", "b"]
        assert "new a" in page(app, "models/compare", a="a", b="b").text
        assert told(app, "models/compare", a="a", b="b", end_time=str(NOW - 850))["prompt"] is None


def test_what_to_do_is_said_until_two_models_are_chosen(kept: Any, tmp_path: Path) -> None:
    assert "Choose two models" in page(kept, "models/compare").text
    assert "Choose two models" in page(kept, "models/compare", a=LLAMA).text
    assert f"{LLAMA} was chosen twice" in page(kept, "models/compare", a=LLAMA, b="llama3.2").text
    assert table(kept, "models/compare", a=LLAMA) == []
    with site(tmp_path, [call("m")]) as (app, view):
        setattr(view, "upstreams", list)  # noqa: B010  # likewise
        assert "It takes two models" in page(app, "models/compare").text


# All of them.


@pytest.mark.parametrize("lang", ["en", "es"])
def test_hostile_names_stay_text_on_every_page(hostile: Any, lang: str) -> None:
    names = [row["model"] for row in told(hostile, "models")["models"]]
    assert len(names) == len(HOSTILE)
    shown = page(hostile, "models", lang=lang)
    for name in names:
        assert name in shown.text
        one = page(hostile, "model", model=name, lang=lang)
        assert name in one.text
        assert "owned" not in one.text.replace(HOSTILE[0].lower(), "").replace(HOSTILE[0], "").replace(name, "")
    for link in [link for link in shown.links if link.startswith("/sereno/model?")]:
        assert fetch(hostile, link).status_code == 200, link
    page(hostile, "models/compare", a=names[0], b=names[1], lang=lang)


def test_pages_ask_the_store_few_questions(kept: Any, tmp_path: Path) -> None:
    with site(tmp_path, some()) as (app, view):
        asked: list[str] = []
        store = view.store

        class Counting:
            def __getattr__(self, name: str) -> Any:
                asked.append(name)
                return getattr(store, name)

        view.store = Counting()
        for path, most in (("models.json", 4), (f"model.json?model={LLAMA}", 14),
                           (f"models/compare.json?a={LLAMA}&b={QWEN}", 6), ("cost.json", 8)):  # fmt: skip
            asked.clear()
            assert fetch(app, f"/sereno/{path}").status_code == 200
            assert len(asked) <= most, asked
