"""The app in Chromium before a whole Sereno: `sereno up` with its store, its facts and its narrator."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from assembly.supervised import ModelServer, Up, eventually
from grafana.conftest import HOSTS, Grafanas, Visitor
from grafana.recorded import CALLS, record

Visiting = Callable[..., Visitor]


@dataclass
class Whole:
    """A Sereno that answers nobody without a key.

    Attributes:
        reader: a key with scope read. user: one without.
    """

    gateway: str
    reader: str
    user: str

    def api(self, path: str) -> Any:
        """The API's own answer; a key is not known at once, and then this is a problem document."""
        return httpx.get(f"{self.gateway}{path}", headers={"X-Sereno-Key": self.reader}).json()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """It has recorded three calls now, and last week's calls with drift in them."""
    model = ThreadingHTTPServer(("127.0.0.1", 0), ModelServer)
    thread = threading.Thread(target=model.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    ModelServer.may_finish.set()
    folder = tmp_path_factory.mktemp("whole")
    record(folder / "data", time.time())
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SERENO_", "XDG_"))}
    free = ("--listen", "127.0.0.1:0", "--keeper", "127.0.0.1:0", "--set", "api.loopback_reads=false")
    upstream = f"http://127.0.0.1:{model.server_address[1]}"
    sereno = Up({**environment, "HOME": str(folder), "NO_COLOR": "1"}, folder, *free, "--upstream", upstream)
    try:
        sereno.wait_ready()
        for prompt in ("Why is the sky blue?", "And the sea?", "<img src=x onerror=alert(1)>"):
            assert sereno.chat(prompt).status_code == 200
        reader, user = (sereno.sereno("keys", "add", scope, "--scope", scope).strip() for scope in ("read", "use"))
        found = Whole(sereno.gateway, reader, user)
        asked = "/analytics/messages?start_time=1h"
        eventually(lambda: len(found.api(asked)) == 3, "three calls in the store, and the key is known")
        yield found
    finally:
        sereno.stop()
        assert sereno.process.stdout is not None
        sereno.process.stdout.close()
        model.shutdown()
        model.server_close()


def test_a_chart_is_explained_with_every_figure_right(visiting: Visiting, every_host: Path, whole: Whole) -> None:
    visitor = visiting(every_host, whole.gateway, key=whole.reader)
    page = visitor.open(options=json.dumps({"model": "template", "analysis": "anomalies"}))
    page.get_by_role("button", name="Explain", exact=True).click()
    expect(page.get_by_test_id("verdict")).to_contain_text("Templates (no model)")
    verdict = page.get_by_test_id("verdict").inner_text()
    supported, _, numbers = verdict.split(" figures")[0].partition(" of ")
    assert int(supported) == int(numbers) > 0, verdict
    answer = page.get_by_test_id("answer")
    assert "llama3.2" in answer.inner_text()
    assert answer.locator("[data-supported=false]").count() == 0
    # The chart has one point of some 4 s above the others, at 01:00 of the second day.
    expect(page.locator("tr[data-fact^=anomaly]").first).to_contain_text("2025-11-20 01:00")
    answer.locator("button[data-fact]").first.click()
    expect(page.locator("tr[aria-current=true]")).to_be_visible()

    page.get_by_role("button", name="This helped").click()
    page.get_by_role("button", name="History").click()
    expect(page.get_by_test_id("history").get_by_role("listitem").first).to_contain_text(
        "Latency, explained · Anomalies"
    )
    assert (visitor.said, visitor.refused) == ([], [])


def test_in_spanish(visiting: Visiting, host: Path, whole: Whole) -> None:
    page = visiting(host, whole.gateway, key=whole.reader).open("menu", lang="es-AR", theme="light")
    page.get_by_role("button", name="Explicar este panel").click()
    page.get_by_role("dialog").get_by_role("button", name="Explicar", exact=True).click()
    expect(page.get_by_test_id("verdict")).to_contain_text("cifras comprobadas y correctas")


def test_pages_show_the_record(visiting: Visiting, host: Path, whole: Whole) -> None:
    visitor = visiting(host, whole.gateway, key=whole.reader)
    overview = visitor.open("page", path="/a/sereno-app/overview")
    expect(overview.get_by_test_id("figures")).to_contain_text("Calls3")
    expect(overview.get_by_test_id("columns").locator("title")).not_to_have_count(0)
    overview.get_by_role("radio", name="Last 7 days").check(force=True)
    expect(overview.get_by_role("link", name="smollm2:135m")).to_have_attribute(
        "href", "/a/sereno-app/calls?range=7d&model=smollm2%3A135m"
    )
    calls = visitor.open("page", path="/a/sereno-app/calls")
    expect(calls.get_by_test_id("calls").locator("tbody tr")).to_have_count(3)
    expect(calls.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    calls.get_by_role("textbox", name="Words in prompt or answer").fill("sky")
    calls.keyboard.press("Enter")
    expect(calls.get_by_test_id("calls").locator("tbody tr")).to_have_count(1)
    assert (visitor.said, visitor.refused) == ([], [])


QUERIES: dict[str, dict[str, Any]] = {
    "over time": {"kind": "aggregations", "figures": ["messages", "latency_p95"], "interval": "1d"},
    "by model": {"kind": "aggregations", "by": "model", "figures": ["messages"], "interval": "1d"},
    "totals": {"kind": "totals", "by": "category"},
    "calls": {"kind": "calls", "filters": {"search": "sky"}},
    "sessions": {"kind": "sessions"},
    "slo": {"kind": "slo"},
    "drift": {"kind": "drift"},
    "events": {"kind": "drift_events"},
}
"""One of each kind of query, together as a panel has them; what they answer is held against the API's own answers."""


@pytest.fixture(scope="module")
def answers(grafanas: Grafanas, whole: Whole) -> dict[str, list[dict[str, Any]]]:
    """The frames of each query over the last thirty days."""
    visitor = grafanas.visitor(HOSTS["react19"], whole.gateway, key=whole.reader)
    queries = [{"refId": name, **query} for name, query in QUERIES.items()]
    page = visitor.open("source", query=json.dumps(queries), hours=30 * 24)
    expect(page.get_by_test_id("frame").first).to_be_attached()
    expect(page.get_by_test_id("error")).to_have_count(0)
    expect(page.get_by_test_id("health")).to_contain_text("success: Sereno")
    expect(page.get_by_test_id("variable")).to_have_text("llama3.2:latest smollm2:135m")
    frames = [json.loads(text) for text in page.get_by_test_id("frame").all_inner_texts()]
    assert (visitor.said, visitor.refused) == ([], [])
    page.close()
    return {name: [frame for frame in frames if frame["refId"] == name] for name in QUERIES}


def fields(frame: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in frame["fields"]}


def test_figures_over_time_are_those_of_the_api(answers: dict[str, list[dict[str, Any]]], whole: Whole) -> None:
    (frame,) = answers["over time"]
    told = whole.api("/analytics/aggregations?start_time=30d&interval=1d")
    assert sum(fields(frame)["messages"]["values"]) == told["total_messages"] == CALLS + 3
    assert fields(frame)["latency_p95"]["unit"] == "s"
    by_model = {
        frame["fields"][1]["labels"]["model"]: sum(frame["fields"][1]["values"]) for frame in answers["by model"]
    }
    assert by_model == {"llama3.2:latest": CALLS, "smollm2:135m": 3}
    (totals,) = answers["totals"]
    rows = dict(zip(fields(totals)["category"]["values"], fields(totals)["total_messages"]["values"], strict=True))
    assert sum(rows.values()) == CALLS + 3
    assert rows.items() >= {g["category"]: g["messages"] for g in told["messages_by_category"]}.items()


def test_calls_and_conversations_are_rows(answers: dict[str, list[dict[str, Any]]]) -> None:
    (calls,) = answers["calls"]
    assert fields(calls)["prompt"]["values"] == ["Why is the sky blue?"]
    assert (fields(calls)["timestamp"]["type"], fields(calls)["latency"]["unit"]) == ("time", "s")
    (sessions,) = answers["sessions"]
    assert "title" in fields(sessions)


def test_objectives_stand_as_the_api_tells_them(answers: dict[str, list[dict[str, Any]]], whole: Whole) -> None:
    (frame,) = answers["slo"]
    told = whole.api("/sereno/api/slo")
    found = fields(frame)
    assert found["id"]["values"] == [one["id"] for one in told] != []
    assert found["attained"]["values"] == pytest.approx([one["attained"] for one in told])
    assert found["at"]["type"] == "time"
    assert [found[name]["unit"] for name in ("objective", "attained", "budget_left")] == [
        "percent",
        "percent",
        "percentunit",
    ]
    windows = {f"burn_rate.{burn['window']}" for one in told for burn in one["burns"]}
    assert windows
    assert windows <= set(found)
    first = told[0]["burns"][0]
    assert found[f"burn_rate.{first['window']}"]["values"][0] == pytest.approx(first["burn_rate"])


def test_drift_is_a_line_over_time_and_its_events_are_annotations(
    answers: dict[str, list[dict[str, Any]]], whole: Whole
) -> None:
    (frame,) = answers["drift"]
    found = fields(frame)
    told = whole.api("/drift/metrics?days=30")[::-1]
    assert found["timestamp"]["values"] == sorted(found["timestamp"]["values"])
    assert found["severity"]["values"] == [one["severity"] for one in told]
    assert found["severity"]["values"][:2] == ["none", "critical"]
    assert found["psi_corrected"]["values"] == [pytest.approx(one["psi_corrected"]) for one in told]
    assert (found["psi_corrected"]["type"], found["duration_seconds"]["unit"]) == ("number", "s")
    (events,) = answers["events"]
    tagged = fields(events)
    assert ["drift", "drift"] in tagged["tags"]["values"]
    assert tagged["time"]["type"] == "time"
    assert "Drift" in tagged["title"]["values"]
    began = next(one for one in whole.api("/drift/events?days=30") if one["kind"] == "drift")
    assert f"critical · {began['feature']}" in tagged["text"]["values"]


def test_a_span_that_ended_long_ago_is_answered_for_itself(visiting: Visiting, built: Path, whole: Whole) -> None:
    assert built
    second_check = (time.time() - 6 * 86_400 + 3600) * 1000
    page = visiting(HOSTS["react19"], whole.gateway, key=whole.reader).open(
        "source", query=json.dumps({"refId": "A", "kind": "drift"}), hours=24, now=second_check
    )
    frame = json.loads(page.get_by_test_id("frame").inner_text())
    assert fields(frame)["severity"]["values"] == ["critical"]


def test_what_is_wrong_is_said_of_each_query(visiting: Visiting, built: Path, whole: Whole) -> None:
    assert built
    queries = json.dumps([{"refId": name, **query} for name, query in QUERIES.items()])
    for address, key, sentence in (
        ("http://127.0.0.1:9", "", "Sereno does not answer. Check that it runs"),
        (f"{whole.gateway}/elsewhere", "", "What answers at this address is not Sereno"),
        (whole.gateway, "sk-sereno-unknown", "Sereno does not know the key"),
        (whole.gateway, whole.user, "the key of the Sereno app lacks a scope"),
    ):
        page = visiting(HOSTS["react19"], address, key=key).open("source", query=queries)
        for name in QUERIES:
            expect(page.locator(f'[data-testid=error][data-query="{name}"]')).to_contain_text(sentence)
        expect(page.get_by_test_id("frame")).to_have_count(0)


def test_the_configuration_says_what_is_wrong_and_keeps_the_key(visiting: Visiting, built: Path, whole: Whole) -> None:
    assert built
    visitor = visiting(HOSTS["react19"], "http://127.0.0.1:9")
    page = visitor.open("configuration")
    status = page.get_by_test_id("outcome")
    save = page.get_by_role("button", name="Save and test")
    save.click()
    expect(status).to_contain_text("Sereno does not answer.")
    page.get_by_role("textbox", name="Address of Sereno").fill("sereno:11434")
    expect(page.get_by_text("An address begins with http://")).to_be_visible()
    expect(save).to_be_disabled()
    page.get_by_role("textbox", name="Address of Sereno").fill(whole.gateway + "/")
    save.click()
    expect(status).to_contain_text("Sereno wants a key.")
    for wrong, sentence in (
        ("sk-sereno-wrong", "Sereno does not know the key"),
        (whole.user, "the key of the Sereno app lacks a scope"),
        (whole.reader, "and the key may read."),
    ):
        page.locator("#sereno-key").fill(wrong)
        save.click()
        expect(status).to_contain_text(sentence)
        assert wrong not in page.content()
        if wrong != whole.reader:
            page.get_by_role("button", name="Reset").click()
    assert visitor.refused[0][0] == 502
