"""The list of sessions and the page of one: what they say, in every form, for every reader."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.client import fetch
from api.double import NOW, chat, priced
from web.conversations import Sound, asked, model, site, system, talk, user

HOSTILE = [
    "<script>document.title='owned'</script><img src=http://evil.example/x onerror=alert(1)>",
    "\u202egnihton\u202c مرحبا \u2066x",
    "x" * 50_000,
    "🌙" * 200,
    '"><style>*{display:none}</style>{{ 7*7 }}&session=2#',
]
BROWSER = {"Accept": "text/html"}


def some() -> list[Any]:
    """Three conversations: ada's of three calls and two models, grace's of two, one failed, and one without a user."""
    first, second, third = talk(
        "plan", ("Plan a trip", "Where?"), ("Lisbon", "When?"), ("May", "Done."), at=NOW - 7200, user="ada"
    )
    other = chat("later", "x", at=NOW - 7000, user="ada", session="plan", model="smollm2", tokens=(100, 200), serial=9)
    return [
        priced(first, 0.5),
        priced(second, 0.25),
        third,
        other,
        *talk("bugs", ("Find the bug", "There."), at=NOW - 5 * 86400, user="grace", tokens=(1000, 2000)),
        chat("Fix it", "", at=NOW - 5 * 86400 + 90, user="grace", session="bugs", error="model crashed", serial=7),
        *talk("alone", ("Only this", "Yes."), at=NOW - 60),
        chat("no session", "x", at=NOW - 30, serial=8),
    ]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The application over `some` calls; only for reading."""
    with site(tmp_path_factory.mktemp("sessions"), some()) as (app, _):
        yield app


def rows(app: Any, address: str) -> list[dict[str, Any]]:
    page = fetch(app, address)
    assert page.status_code == 200, page.text
    found: list[dict[str, Any]] = page.json()["sessions"]
    return found


def test_the_list_sums_each_conversation(kept: Any) -> None:
    app = kept
    alone, plan, bugs = rows(app, "/sereno/sessions.json")
    assert [alone["session"], plan["session"], bugs["session"]] == ["alone", "plan", "bugs"]
    assert plan["title"] == "Plan a trip"
    assert plan["user"] == "ada"
    assert plan["messages"] == 4
    assert plan["models"] == ["llama3.2:latest", "smollm2:latest"]
    assert [plan["input_tokens"], plan["output_tokens"]] == [12 * 3 + 100, 34 * 3 + 200]
    assert plan["cost_usd"] == pytest.approx(0.75)
    assert [plan["first_at"], plan["last_at"]] == [NOW - 7200, NOW - 7000]
    assert [bugs["errors"], bugs["cost_usd"], alone["user"]] == [1, None, None]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("", ["alone", "plan", "bugs"]),
        ("sort=calls", ["plan", "bugs", "alone"]),
        ("sort=tokens", ["bugs", "plan", "alone"]),
        ("sort=cost&limit=1", ["plan"]),
        ("user=ada", ["plan"]),
        ("model=smollm2", ["plan"]),
        ("status=error", ["bugs"]),
        ("search=lisbon", ["plan"]),
        ("start_time=3h", ["alone", "plan"]),
        ("start_time=2025-11-15&end_time=2025-11-17", ["bugs"]),
        ("limit=1&offset=1", ["plan"]),
        ("user=nobody", []),
    ],
)
def test_filters_order_and_pages_are_in_the_address(kept: Any, parameters: str, expected: list[str]) -> None:
    assert [row["session"] for row in rows(kept, f"/sereno/sessions.json?{parameters}")] == expected


def test_the_page_and_its_twins_say_the_same(kept: Any) -> None:
    app = kept
    found = rows(app, "/sereno/sessions.json")
    table = list(csv.DictReader(io.StringIO(fetch(app, "/sereno/sessions.csv").text)))
    page = Sound(fetch(app, "/sereno/sessions").text)
    assert [line["session"] for line in table] == [row["session"] for row in found]
    for line, row in zip(table, found, strict=True):
        assert line["models"] == " ".join(row["models"])
        assert [int(line[name]) for name in ("messages", "errors", "input_tokens")] == [
            row[name] for name in ("messages", "errors", "input_tokens")
        ]
        assert row["title"] in page.text
        assert f"/sereno/session?session={row['session']}" in page.links
    assert "$0.750" in page.text
    assert "3 min 20 s" in page.text.replace("\N{NO-BREAK SPACE}", " ")  # from plan's first call to its last


def test_pages_lead_on_and_back(kept: Any) -> None:
    seen: list[str] = []
    app = kept
    address = "/sereno/sessions?limit=1&lang=en"
    while address:
        page = Sound(fetch(app, address).text)
        seen += [link for link in page.links if link.startswith("/sereno/session?")]
        address = next((a for a in page.links if "offset=" in a and f"offset={len(set(seen))}" in a), "")
    assert sorted(set(seen)) == [f"/sereno/session?session={name}" for name in ("alone", "bugs", "plan")]


def test_the_range_of_time_goes_along_to_the_conversation(kept: Any) -> None:
    app = kept
    link = next(a for a in Sound(fetch(app, "/sereno/sessions?start_time=3h").text).links if "session=plan" in a)
    assert link == "/sereno/session?start_time=3h&session=plan"
    page = Sound(fetch(app, link).text)
    assert "/sereno/users?start_time=3h" in page.links


def test_states_say_what_to_do(tmp_path: Path) -> None:
    with site(tmp_path, []) as (app, _):
        assert "OLLAMA_HOST=" in fetch(app, "/sereno/sessions").text
        assert rows(app, "/sereno/sessions.json") == []
    (tmp_path / "two").mkdir()
    with site(tmp_path / "two", some()) as (app, _):
        quiet = Sound(fetch(app, "/sereno/sessions?end_time=2025-01-01").text)
        assert "No conversations in this time" in quiet.text
        assert "2025-11-20 23:59:30" in quiet.text
        none = Sound(fetch(app, "/sereno/sessions?user=nobody&lang=es").text)
        assert "Nada coincide" in none.text
        assert "/sereno/sessions" in none.links
        for address in ("/sereno/session?session=gone", "/sereno/session"):
            assert fetch(app, address).status_code == 404
            assert fetch(app, address, headers=BROWSER).headers["content-type"].startswith("text/html")
        wrong = fetch(app, "/sereno/sessions?sort=length&lang=es", headers=BROWSER)
        assert wrong.status_code == 400
        assert "uno de last, calls, tokens, cost" in wrong.text
        assert (
            "un número entero de 1 a 100<"
            in fetch(app, "/sereno/session?session=plan&limit=101&lang=es", headers=BROWSER).text
        )


def test_a_conversation_is_told_once_turn_by_turn(tmp_path: Path) -> None:
    with site(tmp_path, some()) as (app, view):
        told = fetch(app, "/sereno/session.json?session=plan").json()
        calls = list(csv.DictReader(io.StringIO(fetch(app, "/sereno/session.csv?session=plan").text)))
        html = fetch(app, "/sereno/session?session=plan").text
        listed = view.store.call(told["turns"][0]["call"]["id"])
    said = [[(m["role"], m["content"]) for m in turn["said"]["messages"]] for turn in told["turns"]]
    assert said == [
        [("user", "Plan a trip"), ("assistant", "Where?")],
        [("user", "Lisbon"), ("assistant", "When?")],
        [("user", "May"), ("assistant", "Done.")],
        [("user", "later"), ("assistant", "x")],
    ]
    assert [turn["said"]["repeated"] for turn in told["turns"]] == [0, 2, 4, 0]
    assert [turn["number"] for turn in told["turns"]] == [1, 2, 3, 4]
    assert [line["id"] for line in calls] == [turn["call"]["id"] for turn in told["turns"]]
    assert listed is not None
    page = Sound(html)
    for word in ("Where?", "Lisbon", "Done."):
        assert page.text.count(word) == 1
    assert [name for name in page.ids if name.startswith("turn-")] == ["turn-1", "turn-2", "turn-3", "turn-4"]
    assert all(f"/sereno/calls/{line['id']}" in page.links for line in calls)


def test_figures_of_turns_lead_to_them(kept: Any) -> None:
    app = kept
    html = fetch(app, "/sereno/session?session=plan").text
    alone = fetch(app, "/sereno/session?session=alone").text
    latency, tokens = (
        json.loads(found) for found in re.findall(r'<script type="application/json">(.*?)</script>', html)
    )
    # a chat of 1.5 s whose answer begins after a third of it (api.double.chat)
    assert [series["values"] for series in latency["series"]] == [[0.5] * 4, [1.0] * 4]
    assert [series["values"] for series in tokens["series"]] == [[12, 12, 12, 100], [34, 34, 34, 200]]
    assert latency["links"][2] == "/sereno/session?session=plan#turn-3"
    assert "application/json" not in alone  # one turn is no series


def test_a_rewritten_history_is_said_in_both_languages(tmp_path: Path) -> None:
    calls = [
        asked([system("Be terse."), user("one")], "1", at=NOW - 90, session="s", serial=1),
        asked([system("Be terse."), user("one")], "eins", at=NOW - 80, session="s", serial=2),
        asked([user("uno"), model("1"), user("two")], "2", at=NOW - 70, session="s", serial=3),
        asked([user("one"), model("1"), user("three")], "3", at=NOW - 60, session="s", serial=4),
        asked([user("two"), model("2"), user("four")], "4", at=NOW - 50, session="s", serial=5),
    ]
    with site(tmp_path, calls) as (app, _):
        english = Sound(fetch(app, "/sereno/session?session=s&lang=en").text).text
        spanish = Sound(fetch(app, "/sereno/session?session=s&lang=es").text).text
    for text in ("asked the same again", "rewrote the history", "goes on from turn 1", "left out earlier messages"):
        assert text in english
    for text in ("volvió a preguntar lo mismo", "reescribió la historia", "desde el turno 1", "omitió mensajes"):
        assert text in spanish
    assert english.count("Be terse.") == 1


def test_tools_images_and_failures_are_marked(tmp_path: Path) -> None:
    call = {"function": {"name": "weather", "arguments": {"city": "Oslo"}}}
    picture = {**user("What is this?"), "images": ["iVBORw0KGgo="]}
    result = {"role": "tool", "content": "2 C", "tool_name": "weather"}
    calls = [
        asked([picture, model("", tool_calls=[call]), result], "Cold.", at=NOW - 90, session="s", serial=1),
        chat("And now?", "", at=NOW - 80, session="s", error="model crashed", serial=2),
    ]
    with site(tmp_path, calls) as (app, _):
        page = Sound(fetch(app, "/sereno/session?session=s").text)
    for text in ("weather(", "Oslo", "2 C", "image", "8\N{NO-BREAK SPACE}B", "http_5xx", "model crashed"):
        assert text in page.text


def test_a_long_conversation_comes_in_pages_without_repeating(tmp_path: Path) -> None:
    turns = [(f"question {i}.", f"answer {i}.") for i in range(25)]
    with site(tmp_path, talk("long", *turns)) as (app, _):
        first = Sound(fetch(app, "/sereno/session?session=long&limit=10").text)
        later = "/sereno/session?session=long&limit=10&offset=10"
        assert later in first.links
        second = Sound(fetch(app, later).text)
        last = fetch(app, "/sereno/session.json?session=long&limit=10&offset=20").json()
        assert Sound(fetch(app, "/sereno/session?session=long&offset=90").text).text.count("ends before this page") == 1
        assert fetch(app, "/sereno/session?session=long&limit=101").status_code == 400
    for number in range(10, 20):
        assert second.text.count(f"question {number}.") == 1
        assert second.text.count(f"answer {number}.") == 1
    assert "question 9." not in second.text
    assert [turn["number"] for turn in last["turns"]] == [21, 22, 23, 24, 25]
    assert last["more"] is False
    assert all(len(turn["said"]["messages"]) == 2 for turn in last["turns"])


def test_a_page_of_very_long_bodies_ends_early_and_leads_on(tmp_path: Path) -> None:
    turns = [(f"question {i}. " + "x" * 1_500_000, "y") for i in range(8)]
    with site(tmp_path, talk("long", *turns)) as (app, _):
        first = fetch(app, "/sereno/session.json?session=long&limit=8").json()
        shown = len(first["turns"])
        later = f"/sereno/session?session=long&limit=8&offset={shown}"
        assert later in Sound(fetch(app, "/sereno/session?session=long&limit=8").text).links
        rest = fetch(app, later.replace("/session?", "/session.json?")).json()
    assert 1 < shown < 8
    assert first["more"]
    assert all(turn["said"]["cut"] for turn in first["turns"])
    assert rest["turns"][0]["number"] == shown + 1


def test_what_was_removed_is_said_to_be_gone(tmp_path: Path) -> None:
    with site(tmp_path, some()) as (app, view):
        assert view.store.delete_bodies(NOW, 100) > 0
        told = fetch(app, "/sereno/session.json?session=plan").json()
        page = Sound(fetch(app, "/sereno/session?session=plan").text)
        titles = Sound(fetch(app, "/sereno/sessions").text)
    assert [turn["said"] for turn in told["turns"]] == [None] * 4
    assert page.text.count("retention has removed it") == 4
    assert "(no text kept)" in titles.text


def test_hostile_names_and_texts_stay_text(tmp_path: Path) -> None:
    calls = [
        call
        for i, text in enumerate(HOSTILE)
        for call in talk(text[:200], (text, text), ("again", text), at=NOW - 600 * i - 900, user=text[:200])
    ]
    with site(tmp_path, calls) as (app, _):
        page = Sound(fetch(app, "/sereno/sessions").text)
        links = [link for link in page.links if link.startswith("/sereno/session?")]
        assert len(set(links)) == len(HOSTILE)
        for link in links:
            one = fetch(app, link.replace("&amp;", "&"))
            assert one.status_code == 200
            assert len(one.content) < 120_000
            Sound(one.text)
            assert fetch(app, link.replace("/session?", "/session.json?")).json()["session"]["messages"] == 2
        assert "owned" in page.text
        lines = fetch(app, "/sereno/sessions.csv").text
    assert "{{ 7*7 }}" in page.text
    assert len(list(csv.reader(io.StringIO(lines)))) == len(HOSTILE) + 1
