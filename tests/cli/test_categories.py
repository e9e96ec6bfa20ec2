"""`sereno categories`: the list in force, what spoke for a category, stored calls anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from sereno.journal.instance import prepare_data
from sereno.store.base import CallQuery
from sereno.store.sqlite import SqliteStore
from store.made import a_batch, a_call

Run = Callable[..., CompletedProcess[str]]
OWN = """
[categories.cooking]
title_es = "Cocina"
words = ["recipe", "olive oil"]
patterns = ['\\d{1,3} ?g\\b']
"""


@pytest.fixture
def folder(home: Path) -> Path:
    data = home / "data"
    prepare_data(data)
    (home / "sereno.toml").write_text(f'data = "{data}"\n{OWN}')
    return data


def test_the_list_has_own_categories_first_and_other_last(sereno: Run, folder: Path) -> None:
    listed = json.loads(sereno("categories", "list", "--json").stdout)
    names = [category["name"] for category in listed]
    assert (names[0], names[-1]) == ("cooking", "other")
    assert {"code", "translation", "embeddings"} < set(names)
    assert listed[0]["words"] == ["recipe", "olive oil"]

    own = sereno("categories", "list", "--set", "keeper.categories=own").stdout.splitlines()
    assert [line.split("\t")[:3] for line in own[1:]] == [["cooking", "Cocina", "Cocina"], ["other", "Other", "Otros"]]


def test_explain_says_what_spoke_for_it(sereno: Run, folder: Path) -> None:
    told = sereno("categories", "explain", "The recipe says 200 g, so translate it")
    assert told.returncode == 0
    assert told.stdout.splitlines() == [
        "cooking", "rule\tfound\tcounts", "recipe\trecipe\t6", "\\d{1,3} ?g\\b\t200 g\t2"
    ]  # fmt: skip
    assert told.stderr.strip() == "scores: cooking 8, translation 4"

    verdict = json.loads(sereno("categories", "explain", "--json", "--hint", "@images", "").stdout)
    assert verdict["category"] == "images"
    assert sereno("categories", "explain", "zzz").stdout.split() == ["other"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["explain", "x", "--hint", "@smells"], ["@smells is no hint", "@tools"]),
        (["apply", "--from", "soon"], ["--from is 'soon'", "expected"]),
        (["list", "--set", "keeper.categories=off"], ["keeper.categories is off", "builtin or own"]),
        (["list", "--set", "categories.code.patterns=(a+)+"], ["'code'", "(a+)+", "groups are not allowed"]),
        (["list", "--set", "categories.code.patterns=a+ab"], ["a+ab", "could also begin what follows"]),
        (["list", "--set", "categories.code.words=@smells"], ["'@smells'", "@tools"]),
        (["apply"], ["there is no record at"]),
    ],
)
def test_what_is_wrong_is_told(sereno: Run, folder: Path, arguments: list[str], told: list[str]) -> None:
    ran = sereno("categories", *arguments)
    assert ran.returncode != 0
    for words in told:
        assert words in ran.stderr


def test_apply_sorts_the_record_anew(sereno: Run, folder: Path) -> None:
    store = SqliteStore(folder / "sereno.db")
    store.add(a_batch([a_call(0, prompt="a recipe", category="code"), a_call(1, prompt="def f(): return 1")]))
    store.close()

    dry = json.loads(sereno("categories", "apply", "--dry-run", "--json").stdout)
    assert (dry["looked_at"], dry["changed"]) == (2, 2)
    ran = sereno("categories", "apply")
    assert ran.returncode == 0, ran.stderr
    assert sorted(ran.stdout.splitlines()[1:]) == ["(none)\tcode\t1", "code\tcooking\t1"]
    assert ran.stderr.strip() == "2 calls looked at, 2 changed"

    store = SqliteStore(folder / "sereno.db")
    assert [call.category for call in store.export(CallQuery(newest_first=False))] == ["cooking", "code"]
    store.close()
