"""What `deploy/` holds is what the commands write."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.rules import RULES
from sereno.cli import main

ROOT = Path(__file__).parents[2]


def tree(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_deployed_rules_are_what_the_command_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    command = "sereno alerts rules --config none --engine both -o deploy/alerts"
    assert main([*command.split()[1:-1], str(tmp_path / "out")]) == 0
    assert tree(tmp_path / "out") == tree(ROOT / "deploy" / "alerts"), f"run: {command}"


def test_the_deployed_alertmanager_is_what_the_command_writes(tmp_path: Path) -> None:
    folder = ROOT / "deploy" / "alertmanager"
    command = f"sereno alertmanager config --config {folder / 'sereno.toml'} -o {folder / 'alertmanager.yml'}"
    assert main([*command.split()[1:-1], str(tmp_path / "alertmanager.yml")]) == 0
    expected = {name: text for name, text in tree(folder).items() if name != "sereno.toml"}
    assert tree(tmp_path) == expected, f"run: {command}"


def test_the_engine_decides_what_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "rules", "--config", "none", "--set", "alerting.engine=grafana", "-o", str(tmp_path)]) == 0
    assert {path.parts[0] for path in map(Path, tree(tmp_path))} == {"grafana"}
    assert main(["alerts", "rules", "--config", "none", "-o", str(tmp_path)]) == 0
    assert "grafana/alerts/llm.yaml is of an earlier run; remove it" in capsys.readouterr().err
    assert main(["alerts", "rules", "--config", "none", "--engine", "nagios", "-o", str(tmp_path)]) == 2
    assert "expected one of prometheus, grafana, both" in capsys.readouterr().err


def test_thresholds_are_settings(tmp_path: Path) -> None:
    changed = ["--set", "thresholds.latency=8", "--set", "thresholds.disk_free_share=0.2"]
    assert main(["alerts", "rules", "--config", "none", *changed, "-o", str(tmp_path)]) == 0
    assert "> 8\n" in (tmp_path / "prometheus/llm.rules.yaml").read_text()
    assert "< 0.2 and" in (tmp_path / "prometheus/host.rules.yaml").read_text()


def test_a_folder_that_cannot_be_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["alerts", "rules", "--config", "none", "-o", str(tmp_path / "file")]) == 2
    assert "cannot be written: Not a directory; give another place with -o" in capsys.readouterr().err


def test_grafana_has_every_rule_once() -> None:
    import yaml

    found = [
        rule
        for path in sorted((ROOT / "deploy/alerts/grafana/alerts").glob("*.yaml"))
        for group in yaml.safe_load(path.read_text())["groups"]
        for rule in group["rules"]
    ]
    assert len(found) == len(RULES)
    assert len({rule["uid"] for rule in found}) == len({rule["title"] for rule in found}) == len(found)
    assert "High Response Time" in {rule["title"] for rule in found}
    for rule in found:
        assert len(rule["uid"]) <= 40
        assert rule["condition"] == "B"
        assert rule["noDataState"] == "OK"
        assert "$value |" not in str(rule["annotations"])  # Prometheus's template; Grafana's $value is a text
        assert rule["dashboardUid"]
        assert rule["panelId"] > 0
        assert f"/d/{rule['dashboardUid']}" == rule["annotations"]["dashboard_url"]
