"""`sereno eval` against a real small model: every kind of expectation, a judge, two runs side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sereno.cli import main

SET = """
items:
  - {id: france, prompt: "What is the capital of France?", contains: [Paris]}
  - {id: japan, prompt: "What is the capital of Japan?", regex: "(?i)tokyo"}
  - {id: only, prompt: "What is the capital of Spain?", exact: [Madrid, "Madrid, Spain"]}
  - {id: year, prompt: "How many days has a week? The number alone.", number: {value: 7}}
  - {id: json, prompt: "Return a JSON object with the name Ana.", json_schema: {type: object, required: [name]}}
  - {id: tone, prompt: "Say hello.", judge: {criteria: polite}}
"""


@pytest.fixture
def url(model_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SERENO_DATA", str(tmp_path / "data"))
    (tmp_path / "small.yaml").write_text(SET)
    return f"http://127.0.0.1:{model_port}"


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_real_model_is_scored_and_so_again(capsys: pytest.CaptureFixture[str], url: str) -> None:
    command = ("eval", "run", "small.yaml", "--model", "smollm2:135m", "--judge", "smollm2:135m", "--url", url,
               "--max-tokens", "12")  # fmt: skip
    first, second = said(capsys, *command), said(capsys, *command)
    found = {one["item"]: one for one in first["results"]}
    assert {one["kind"] for one in found.values()} == {"contains", "regex", "exact", "number", "json_schema", "judge"}
    assert (found["france"]["score"], found["japan"]["score"]) == (1.0, 1.0), "a small model knows as much"
    assert "Paris" in found["france"]["answer"]
    assert found["only"]["score"] == 0.0, "it answers in a sentence"
    judged = found["tone"]
    assert (judged["score"] is None) == bool(judged["error"]), "a judge of this size may give no grade: that is told"
    assert first["model_digest"] is not None
    assert first["model_digest"] == second["model_digest"]
    assert [one["answer"] for one in first["results"]] == [one["answer"] for one in second["results"]], "temperature 0"
    compared = said(capsys, "eval", "compare", first["id"], second["id"])
    assert (compared["difference"]["difference"], compared["difference"]["p_value"]) == (0, 1)
