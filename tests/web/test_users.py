"""The list of users and the page of one: sums, shares, trends, twins, states."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.client import fetch
from api.double import NOW, chat, priced
from web.conversations import Sound, site, talk
from web.hostile import HOSTILE

BROWSER = {"Accept": "text/html"}
DAY = 86400.0


def some() -> list[Any]:
    """Ada: four calls, two conversations, two models; grace: two calls, one failed; one call of nobody, long ago."""
    return [
        priced(chat("sort this", "done", at=NOW - 100, user="ada", latency=1.0, serial=1), 0.5, "code"),
        priced(chat("sort that", "done", at=NOW - 2 * DAY, user="ada", latency=9.0, serial=2), 0.25, "code"),
        *talk("s1", ("Say it", "It"), at=NOW - 3 * DAY, user="ada", model="smollm2", tokens=(100, 50)),
        *talk("s2", ("Say more", "More"), at=NOW - 3 * DAY - 60, user="ada"),
        chat("hello", "hi", at=NOW - 50, user="grace", serial=3),
        chat("break", "", at=NOW - 40, user="grace", error="model crashed", serial=4),
        chat("who am I", "nobody", at=NOW - 20 * DAY, tokens=(5, 5), serial=5),
    ]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The application over `some` calls; only for reading."""
    with site(tmp_path_factory.mktemp("users"), some()) as (app, _):
        yield app


def told(app: Any, address: str) -> Any:
    answer = fetch(app, address)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_list_sums_each_user(kept: Any) -> None:
    page = told(kept, "/sereno/users.json")
    ada, grace, nobody = page["users"]
    assert page["total"] == 7
    assert [ada["user"], grace["user"], nobody["user"]] == ["ada", "grace", None]
    assert [row["messages"] for row in page["users"]] == [4, 2, 1]
    assert [row["share"] for row in page["users"]] == pytest.approx([4 / 7, 2 / 7, 1 / 7])
    assert [row["errors"] for row in page["users"]] == [0, 1, 0]
    assert [row["sessions"] for row in page["users"]] == [2, 0, 0]
    assert ada["models"] == ["llama3.2:latest", "smollm2:latest"]
    assert [ada["input_tokens"], ada["output_tokens"]] == [12 * 3 + 100, 34 * 3 + 50]
    assert ada["cost_usd"] == pytest.approx(0.75)
    assert grace["cost_usd"] is None
    assert [ada["last_at"], nobody["last_at"]] == [NOW - 100, NOW - 20 * DAY]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("sort=errors", ["grace", None, "ada"]),
        ("sort=tokens", ["ada", "grace", None]),
        ("sort=cost&limit=1", ["ada"]),
        ("sort=sessions&limit=1", ["ada"]),
        ("sort=last", ["grace", "ada", None]),
        ("name=AD", ["ada"]),
        ("name=a&limit=1&offset=1", ["grace"]),
        ("name=nobody", []),
        ("model=smollm2", ["ada"]),
        ("start_time=1d", ["grace", "ada"]),
        ("limit=1&offset=2", [None]),
    ],
)
def test_filters_order_and_pages_are_in_the_address(kept: Any, parameters: str, expected: list[str | None]) -> None:
    found = told(kept, f"/sereno/users.json?{parameters}")
    assert [row["user"] for row in found["users"]] == expected
    assert found["more"] is (parameters.endswith("limit=1"))


@pytest.mark.parametrize(("start", "by", "steps"), [("30d", 86400, 31), ("24h", 7200, 13), ("6h", 3600, 7)])
def test_a_trend_has_a_step_for_every_day_or_hour(kept: Any, start: str, by: int, steps: int) -> None:
    page = told(kept, f"/sereno/users.json?start_time={start}")
    assert page["by"] == by
    for row in page["users"]:
        assert len(row["trend"]) == steps
        assert sum(row["trend"]) == row["messages"]
    ada = next(row for row in page["users"] if row["user"] == "ada")
    if start == "30d":  # NOW is a midnight: the last step is the day that begins, empty
        assert ada["trend"][-5:] == [1, 1, 1, 1, 0]


def test_the_page_and_its_twins_say_the_same(kept: Any) -> None:
    found = told(kept, "/sereno/users.json")["users"]
    table = list(csv.DictReader(io.StringIO(fetch(kept, "/sereno/users.csv").text)))
    page = Sound(fetch(kept, "/sereno/users").text)
    assert [line["user"] or None for line in table] == [row["user"] for row in found]
    for line, row in zip(table, found, strict=True):
        assert line["models"] == " ".join(row["models"])
        assert float(line["share"]) == pytest.approx(row["share"])
        assert [int(line[n]) for n in ("messages", "errors", "sessions")] == [
            row[n] for n in ("messages", "errors", "sessions")
        ]
    for text in ("57.1%", "28.6%", "14.3%", "$0.750", "no user given", "2025-11-20 23:58:20"):
        assert text in page.text
    assert "/sereno/user?user=ada" in page.links
    assert "/sereno/sessions?user=ada" in page.links


def test_one_user_is_told_whole(kept: Any) -> None:
    page = told(kept, "/sereno/user.json?user=ada")
    assert page["user"]["messages"] == 4
    assert page["figures"]["total_messages"] == 4
    assert page["figures"]["total_cost"] == pytest.approx(0.75)
    assert sum(point["messages"] for point in page["by_time"]) == 4
    assert [(m["model"], m["figures"]["total_messages"]) for m in page["models"]] == [
        ("llama3.2:latest", 3),
        ("smollm2:latest", 1),
    ]
    assert [(c["category"], c["messages"]) for c in page["categories"]] == [(None, 2), ("code", 2)]
    assert [row["session"] for row in page["sessions"]] == ["s1", "s2"]
    assert [call["prompt"] for call in page["newest"]] == ["sort this", "sort that", "Say it", "Say more"]
    assert page["slowest"][0]["prompt"] == "sort that"
    assert page["errors"] == []
    assert [c["error_type"] for c in told(kept, "/sereno/user.json?user=grace")["errors"]] == ["http_5xx"]


def test_one_user_in_a_range_of_time(kept: Any) -> None:
    assert told(kept, "/sereno/user.json?user=ada&start_time=6h")["interval"] == "5m"
    page = told(kept, "/sereno/user.json?user=ada&start_time=1d")
    assert page["interval"] == "1h"
    assert page["figures"]["total_messages"] == 1
    assert page["user"]["messages"] == 4
    assert page["sessions"] == []
    html = Sound(fetch(kept, "/sereno/user?user=ada&start_time=1d").text)
    assert "4 in all" in html.text
    assert "/sereno/calls?start_time=1d&user=ada" in html.links
    lines = list(csv.DictReader(io.StringIO(fetch(kept, "/sereno/user.csv?user=ada&start_time=1d").text)))
    assert sum(int(line["messages"]) for line in lines) == 1


def test_calls_that_name_no_user_have_a_page(kept: Any) -> None:
    assert "/sereno/user" in Sound(fetch(kept, "/sereno/users").text).links
    page = told(kept, "/sereno/user.json")
    assert page["user"]["user"] is None
    assert page["figures"]["total_messages"] == 1
    assert [call["prompt"] for call in page["newest"]] == ["who am I"]
    html = Sound(fetch(kept, "/sereno/user").text)
    assert "no user given" in html.text
    assert not any("/sereno/calls?" in link for link in html.links)  # that list cannot be narrowed to no user


def test_states_say_what_to_do(kept: Any, tmp_path: Path) -> None:
    quiet = Sound(fetch(kept, "/sereno/users?end_time=2025-01-01").text)
    assert "No calls in this time" in quiet.text
    one = Sound(fetch(kept, "/sereno/user?user=ada&end_time=2025-01-01").text)
    assert "No calls of this user in this time" in one.text
    assert "2025-11-20 23:58:20" in one.text
    assert "Nada coincide" in Sound(fetch(kept, "/sereno/users?name=zz&lang=es").text).text
    assert fetch(kept, "/sereno/user?user=zz").status_code == 404
    assert "No encontrado" in fetch(kept, "/sereno/user?user=zz&lang=es", headers=BROWSER).text
    assert fetch(kept, "/sereno/users?sort=name").status_code == 400
    with site(tmp_path, []) as (app, _):
        assert fetch(app, "/sereno/user").status_code == 404
        assert "OLLAMA_HOST=" in fetch(app, "/sereno/users").text
        assert told(app, "/sereno/users.json")["users"] == []


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    names = [*(text[:200] for text in HOSTILE), "a\nb", " spaced ", "tab\there"]
    calls = [chat("q", "a", at=NOW - 60 * i - 60, user=name, serial=i) for i, name in enumerate(names)]
    with site(tmp_path, calls) as (app, _):
        page = Sound(fetch(app, "/sereno/users").text)
        links = [link for link in page.links if link.startswith("/sereno/user?")]
        assert len(set(links)) == len(names)
        for name in names:
            found = fetch(app, "/sereno/user", params={"user": name})
            assert found.status_code == 200
            assert name.replace("\n", "") in Sound(found.text).text.replace("\n", "")
        rows = list(csv.DictReader(io.StringIO(fetch(app, "/sereno/users.csv").text)))
    assert len(rows) == len(names)


def test_both_languages_have_every_text() -> None:
    from sereno.web.texts import sessions, users

    for texts in (sessions.TEXTS, users.TEXTS):
        for key, (english, spanish) in texts.items():
            assert english.strip(), key
            assert spanish.strip(), key
            assert [part.partition("}")[0] for part in english.split("{")[1:]] == [
                part.partition("}")[0] for part in spanish.split("{")[1:]
            ], key
