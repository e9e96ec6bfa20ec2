"""`sereno config`: what is shown is what rules, and secrets are not shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sereno.cli import main
from sereno.config.reference import reference

Shown = pytest.CaptureFixture[str]
DOCS = Path(__file__).parents[2] / "docs/configuration.md"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


def test_show_names_value_and_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    (tmp_path / "sereno.toml").write_text('[gateway]\nlisten = "127.0.0.1:9"\n')
    monkeypatch.setenv("SERENO_GATEWAY_WORKERS", "3")
    monkeypatch.setenv("SERENO_CLIENT_KEY", "sk-sereno-hidden")
    assert main(["config", "show", "--changed", "--set", "log.level=debug"]) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines() == [
        "setting\tvalue\tfrom",
        "gateway.listen\t127.0.0.1:9\t" + str(tmp_path / "sereno.toml:2"),
        "gateway.workers\t3\tSERENO_GATEWAY_WORKERS",
        "log.level\tdebug\t--set log.level",
        "client.key\t***\tSERENO_CLIENT_KEY",
    ]
    assert main(["config", "show", "--json"]) == 0
    out = capsys.readouterr().out
    assert "hidden" not in out
    document = json.loads(out)
    assert document["file"] == str(tmp_path / "sereno.toml")
    assert document["settings"]["gateway.workers"] == {"value": 3, "origin": "SERENO_GATEWAY_WORKERS"}
    assert document["settings"]["gateway.idle_timeout"] == {"value": 120.0, "origin": "default"}
    assert document["settings"]["gateway.max_body_bytes"] == {"value": None, "origin": "default"}


def test_check(tmp_path: Path, capsys: Shown) -> None:
    assert main(["config", "check"]) == 0
    assert "settings are right: 0 given, no file" in capsys.readouterr().out
    assert main(["config", "check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "file": None, "given": 0}
    (tmp_path / "sereno.toml").write_text("gateway.workers = 0\nnope = 1\n")
    assert main(["config", "check"]) == 2
    shown = capsys.readouterr().err
    assert "sereno.toml:1: gateway.workers is 0 (out of range); expected a whole number from 1 to 64" in shown
    assert "sereno.toml:2: nope is no setting" in shown


def test_the_committed_reference_is_what_the_table_says(tmp_path: Path, capsys: Shown) -> None:
    assert DOCS.read_text("utf-8") == reference(), "run: sereno config docs --output docs/configuration.md"
    assert main(["config", "docs"]) == 0
    assert capsys.readouterr().out == reference()
    assert main(["config", "docs", "--output", "page.md"]) == 0
    assert (tmp_path / "page.md").read_text("utf-8") == reference()


def test_the_reference_holds_no_local_path() -> None:
    assert str(Path.home()) not in reference()
