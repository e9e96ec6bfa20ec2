"""Files on disk: whole, only ours, again and again the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sereno.assembly.dashboards import write
from sereno.cli import main
from sereno.dashboards.build import NOTE, built
from sereno.dashboards.limits import Limits
from sereno.dashboards.provisioning import Sources
from sereno.errors import ConfigError

FILES = built(Limits(), Sources())


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_second_run_touches_nothing(tmp_path: Path) -> None:
    assert write(FILES, tmp_path) == []
    before = tree(tmp_path)
    assert set(before) == set(FILES)
    assert write(FILES, tmp_path) == []
    assert tree(tmp_path) == before


def test_what_is_the_users_is_left_alone(tmp_path: Path) -> None:
    theirs = {
        "dashboards/own/mine.json": '{"uid": "mine"}',
        "dashboards/own/README.md": "my words",
        "dashboards/llmops/mine.json": '{"uid": "mine", "tags": ["team"]}',
        "provisioning/datasources/mine.yaml": "apiVersion: 1",
        "dashboards/own/llmops-overview.json": '{"uid": "copy", "tags": ["sereno"]}',
    }
    for path, text in theirs.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert write(FILES, tmp_path) == []
    assert {path: (tmp_path / path).read_text() for path in theirs} == theirs
    assert (tmp_path / "dashboards/llmops/llmops-overview.json").read_text("utf-8") in FILES.values()


def test_a_dashboard_that_is_no_longer_built_is_named_and_kept(tmp_path: Path) -> None:
    old = tmp_path / "dashboards/llmops/old-one.json"
    old.parent.mkdir(parents=True)
    old.write_text('{"tags": ["sereno", "operator"]}')
    assert write(FILES, tmp_path) == [f"{old} is no longer built; remove it if it is not yours"]
    assert old.exists()


def test_a_changed_dashboard_of_ours_is_put_right(tmp_path: Path) -> None:
    write(FILES, tmp_path)
    path = "dashboards/ollama/ollama-overview.json"
    (tmp_path / path).write_text("{}")
    write(FILES, tmp_path)
    assert (tmp_path / path).read_text("utf-8") == FILES[path]


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(ConfigError, match=r"cannot be written: .*; give another folder with -o"):
        write(FILES, tmp_path / "out")


def test_the_command_builds_lists_and_explains(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "grafana"
    assert main(["dashboards", "build", "-o", str(out), "--set", "latency_red=9", "--loki", ""]) == 0
    assert "21 dashboards" in capsys.readouterr().err
    assert (out / NOTE).exists()
    assert "loki" not in (out / "provisioning/datasources/sereno.yaml").read_text()
    document = json.loads((out / "dashboards/llmops/llmops-overview.json").read_text("utf-8"))
    assert '"value": 9.0' in json.dumps(document)
    assert main(["dashboards", "list"]) == 0
    assert "executive-summary" in capsys.readouterr().out
    assert main(["dashboards", "thresholds"]) == 0
    assert "cpu_red=80" in capsys.readouterr().out.splitlines()


def test_a_wrong_threshold_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "grafana"
    assert main(["dashboards", "build", "-o", str(out), "--set", "latency=9"]) == 2
    assert "--set 'latency=9': expected NAME=NUMBER" in capsys.readouterr().err
    assert not out.exists()


def test_it_is_written_as_a_process_does(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "sereno", "dashboards", "build", "-o", str(tmp_path / "g")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert {path: (tmp_path / "g" / path).read_text("utf-8") for path in FILES} == FILES
