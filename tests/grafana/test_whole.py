"""The app in Chromium before a whole Sereno: `sereno up` with its store, its facts and its narrator."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from assembly.conftest import model_server, up
from assembly.supervised import ModelServer, Up, eventually
from grafana.conftest import Visitor

Visiting = Callable[..., Visitor]
__all__ = ["model_server", "up"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A Sereno that has recorded three calls."""
    model = ThreadingHTTPServer(("127.0.0.1", 0), ModelServer)
    thread = threading.Thread(target=model.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    ModelServer.may_finish.set()
    folder = tmp_path_factory.mktemp("whole")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SERENO_", "XDG_"))}
    free = ("--listen", "127.0.0.1:0", "--keeper", "127.0.0.1:0")
    upstream = f"http://127.0.0.1:{model.server_address[1]}"
    sereno = Up({**environment, "HOME": str(folder), "NO_COLOR": "1"}, folder, *free, "--upstream", upstream)
    try:
        sereno.wait_ready()
        for prompt in ("Why is the sky blue?", "And the sea?", "<img src=x onerror=alert(1)>"):
            assert sereno.chat(prompt).status_code == 200
        eventually(lambda: httpx.get(f"{sereno.gateway}/analytics/messages").json()[2:], "three calls in the store")
        yield sereno
    finally:
        sereno.stop()
        assert sereno.process.stdout is not None
        sereno.process.stdout.close()
        model.shutdown()
        model.server_close()


def test_a_chart_is_explained_with_every_figure_right(visiting: Visiting, every_host: Path, whole: Up) -> None:
    visitor = visiting(every_host, whole.gateway)
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


def test_in_spanish(visiting: Visiting, host: Path, whole: Up) -> None:
    page = visiting(host, whole.gateway).open("menu", lang="es-AR", theme="light")
    page.get_by_role("button", name="Explicar este panel").click()
    page.get_by_role("dialog").get_by_role("button", name="Explicar", exact=True).click()
    expect(page.get_by_test_id("verdict")).to_contain_text("cifras comprobadas y correctas")


def test_pages_show_the_record(visiting: Visiting, host: Path, whole: Up) -> None:
    visitor = visiting(host, whole.gateway)
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


@pytest.mark.parametrize(
    ("query", "frames", "field"),
    [
        ({"kind": "aggregations", "figures": ["messages", "latency_p95"]}, 1, '"name":"latency_p95"'),
        ({"kind": "aggregations", "by": "model", "figures": ["messages"]}, 1, '"labels":{"model":"smollm2:135m"}'),
        ({"kind": "totals", "by": "client"}, 1, '"name":"total_messages","type":"number","last":3'),
        ({"kind": "calls", "filters": {"search": "sky"}}, 1, '"rows":1'),
        ({"kind": "sessions"}, 1, '"name":"title"'),
    ],
)
def test_the_data_source_asks_for_everything(
    visiting: Visiting, built: Path, whole: Up, query: dict[str, object], frames: int, field: str
) -> None:
    visitor = visiting(built.parent / "harness/dist/own", whole.gateway)
    page = visitor.open("source", query=json.dumps({"refId": "A", **query}), hours=1)
    expect(page.get_by_test_id("frame")).to_have_count(frames)
    expect(page.get_by_test_id("frame").first).to_contain_text(field)
    expect(page.get_by_test_id("health")).to_contain_text("success: Sereno")
    expect(page.get_by_test_id("variable")).to_have_text("smollm2:135m")
    assert (visitor.said, visitor.refused) == ([], [])


def test_the_configuration_says_what_is_wrong_and_keeps_the_key(
    visiting: Visiting, built: Path, up: Callable[..., Up]
) -> None:
    sereno = up("--set", "api.loopback_reads=false").wait_ready()
    key = sereno.sereno("keys", "add", "grafana", "--scope", "read").split("sk-sereno-")[1].split()[0]
    visitor = visiting(built.parent / "harness/dist/own", "http://127.0.0.1:9")
    page = visitor.open("configuration")
    status = page.get_by_test_id("outcome")
    save = page.get_by_role("button", name="Save and test")
    save.click()
    expect(status).to_contain_text("Sereno does not answer.")
    page.get_by_role("textbox", name="Address of Sereno").fill("sereno:11434")
    expect(page.get_by_text("An address begins with http://")).to_be_visible()
    expect(save).to_be_disabled()
    page.get_by_role("textbox", name="Address of Sereno").fill(sereno.gateway + "/")
    save.click()
    expect(status).to_contain_text("Sereno wants a key.")
    page.locator("#sereno-key").fill("sk-sereno-wrong")
    save.click()
    expect(status).to_contain_text("Sereno does not know the key")
    page.get_by_role("button", name="Reset").click()
    page.locator("#sereno-key").fill("sk-sereno-" + key)
    save.click()
    expect(status).to_contain_text("and the key may read.")
    assert key not in page.content()
    assert visitor.refused[0][0] == 502
