"""`sereno lora` as a person types it: import, promote, compare, roll back, serve."""

from __future__ import annotations

import json
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lora.made import folder
from sereno.cli import main
from sereno.store.ledger import Ledger, quality_evals
from sereno.store.ledger.quality_evals import Result, Run
from sereno.store.ledger.url import sqlite_url

Shown = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SERENO_DATA", str(tmp_path / "data"))
    folder(tmp_path / "v1", fill=1)
    folder(tmp_path / "v2", fill=2, lora_alpha=32)
    (tmp_path / "base.gguf").write_bytes(b"GGUF base")
    lines = [f"q{n},{int(n % 3 != 0)},{int(n % 4 != 0)}" for n in range(300)]
    (tmp_path / "eval.csv").write_text("\n".join(["item,baseline,candidate", *lines]))
    return tmp_path


def said(capsys: Shown, *arguments: str, code: int = 0) -> Any:
    assert main(["lora", *arguments]) == code
    shown = capsys.readouterr()
    return json.loads(shown.out) if "--json" in arguments else shown.out + shown.err


@pytest.fixture
def both(capsys: Shown) -> None:
    for version in ("v1", "v2"):
        said(capsys, "import", version, "--base", "base.gguf")


def test_an_import_says_what_it_kept(capsys: Shown) -> None:
    text = said(capsys, "import", "v1", "--as", "faq-v1")
    assert "faq-v1: rank 8, 512 parameters" in text
    assert "cannot be promoted yet" in text
    again = said(capsys, "import", "v1", "--base", "base.gguf", "--json")
    assert again["base_digest"].startswith("sha256:")
    assert "nothing changed" in said(capsys, "import", "v1")


@pytest.mark.usefixtures("both")
def test_from_candidate_to_champion_and_back(capsys: Shown) -> None:
    assert "v1 is champion" in said(capsys, "promote", "v1", "--eval", "eval.csv")
    refused = said(capsys, "promote", code=1)
    assert "no paired evaluation" in refused
    done = said(capsys, "promote", "--eval", "eval.csv", "--json")
    assert done["promoted"]
    assert done["event"]["evidence"]["difference"]["n"] == 300
    rows = {row["version"]: row for row in said(capsys, "list", "--json")}
    assert (rows["v2"]["is_active"], rows["v2"]["quality"]["value"]) == (True, 0.75)
    assert "v1 is champion" in said(capsys, "rollback", "--reason", "worse")
    log = said(capsys, "log", "--json")
    assert [line["action"] for line in log] == ["rollback", "promote", "refuse", "promote", "import", "import"]


@pytest.mark.usefixtures("both")
def test_a_comparison_names_what_differs(capsys: Shown) -> None:
    text = said(capsys, "compare", "v1", "v2")
    assert "lora_alpha\t16.0\t32.0" in text
    assert said(capsys, "compare", "v1", "candidate", "--json")["b"]["version"] == "v2"


@pytest.mark.usefixtures("both")
def test_a_served_version_shows_its_name(capsys: Shown) -> None:
    said(capsys, "serve", "v1", "--model", "faq")
    assert "faq" in said(capsys, "show", "v1")
    said(capsys, "serve", "v2", "--model", "faq")
    rows = {row["version"]: row["models"] for row in said(capsys, "list", "--json")}
    assert rows == {"v1": [], "v2": ["faq"]}
    assert "count for no version" in said(capsys, "withdraw", "faq")
    assert "serves no version" in said(capsys, "withdraw", "faq", code=2)


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["show", "v9"], "there are: v2, v1"),
        (["import", "nowhere"], "No such file"),
        (["import", "v1", "--base", "base.gguf", "--base-digest", "x"], "give one of them"),
        (["import", "v1", "--base-digest", "md5:1"], "no digest"),
        (["promote", "--eval", "nowhere.csv"], "cannot be read"),
        (["promote", "--force", " "], "needs a reason"),
        (["rollback", "--reason", "x"], "champions have: none"),
        (["serve", "v1", "--model", "m", "--vllm", "file:///x"], "--vllm is 'file:///x'; expected a URL"),
        (["serve", "v1", "--model", "m", "--vllm", "http://a", "--ollama", "http://b"], "name one"),
    ],
)
def test_what_is_wrong_is_one_sentence(capsys: Shown, arguments: list[str], told: str) -> None:
    assert told in said(capsys, *arguments, code=2)


@pytest.mark.usefixtures("both")
def test_what_a_figure_and_its_unit_are_parted_by_is_a_plain_space(capsys: Shown) -> None:
    text = said(capsys, "show", "v1")
    assert "�" not in text
    assert "10 min 42 s" in text


@pytest.mark.usefixtures("both")
def test_evaluation_runs_decide_a_promotion(capsys: Shown, here: Path) -> None:
    said(capsys, "promote", "v1", "--force", "the first")
    for version, name in (("v1", "faq"), ("v2", "faq-next")):
        said(capsys, "serve", version, "--model", name)
    good = "0192f0a1-b2c3-7def-8123-456789abcd"
    with closing(Ledger(sqlite_url(here / "data" / "sereno.db"))) as ledger, ledger.write() as connection:
        for number, (model, right) in enumerate((("faq", 150), ("faq-next", 170), ("stranger", 200))):
            results = [
                Result(item=f"q{n}", kind="exact", score=float(n < right), answer="", error="", seconds=0)
                for n in range(200)
            ]
            run = Run(
                id=f"{good}{number:02}", at=time.time() + 1, seconds=1, set_name="faq", set_digest="d" * 64,
                model=model, items=200, failed=0, score=right / 200, low=0, high=1,
            )  # fmt: skip
            quality_evals.add(connection, run, results)
    assert "faq-next" not in said(capsys, "promote", "v2", "--runs", f"{good}01", f"{good}00", code=1)
    assert "stranger served no version" in said(capsys, "promote", "v2", "--runs", f"{good}00", f"{good}02", code=2)
    done = said(capsys, "promote", "v2", "--runs", f"{good}00", f"{good}01", "--json")
    assert done["promoted"]
    found = done["event"]["evidence"]
    assert (found["eval_set"], found["difference"]["gained"], found["difference"]["lost"]) == ("faq", 20, 0)


@pytest.mark.usefixtures("both")
def test_the_settings_say_what_a_promotion_must_show(capsys: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERENO_LORA_MINIMUM", "301")
    refused = said(capsys, "promote", "v1", "--eval", "eval.csv", code=1)
    assert "at least 301 are asked for" in refused
    assert "v1 is champion" in said(capsys, "promote", "v1", "--eval", "eval.csv", "--minimum", "150")


@pytest.mark.parametrize("line", ["promote", "rollback --reason x", "serve v1 --model m", "withdraw m", "list", "log"])
def test_where_no_record_is_none_is_made(capsys: Shown, here: Path, line: str) -> None:
    assert "there is no record at" in said(capsys, *line.split(), "--data", "elsewhere", code=4)
    assert not (here / "elsewhere").exists()


def test_a_base_that_is_not_there_is_called_a_base(capsys: Shown) -> None:
    told = said(capsys, "import", "v1", "--base", "gone.gguf", code=2)
    assert told.endswith("expected the base model's folder or its GGUF file\n")
