"""The parts are real, of the versions that were asked for, and their modules pin what they are made of."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from parts.built import built

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("program", "version"),
    [("prometheus", "3.13.5"), ("promtool", "3.13.5"), ("alertmanager", "0.31.1"), ("amtool", "0.31.1")],
)
def test_the_part_runs_and_says_its_version(program: str, version: str) -> None:
    done = subprocess.run([built(program), "--version"], capture_output=True, text=True, check=True, timeout=60)
    assert f"version {version}" in (done.stdout + done.stderr).splitlines()[0]


@pytest.mark.parametrize("part", ["prometheus", "alertmanager"])
def test_every_module_is_pinned_by_its_hash(part: str) -> None:
    required = re.findall(r"^\t(\S+) (v\S+)", (ROOT / "tools" / part / "go.mod").read_text(), re.MULTILINE)
    pinned = {tuple(line.split()[:2]) for line in (ROOT / "tools" / part / "go.sum").read_text().splitlines()}
    assert len(required) > 50
    assert [name for name, version in required if (name, f"{version}/go.mod") not in pinned] == []


def test_a_machine_that_cannot_build_says_so_in_one_line(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    for part in ("prometheus", "alertmanager"):
        (tools / part).mkdir(parents=True)
        for name in ("go.mod", "go.sum"):
            (tools / part / name).write_bytes((ROOT / "tools" / part / name).read_bytes())
    (tools / "parts.sh").write_bytes((ROOT / "tools/parts.sh").read_bytes())
    (tools / "uv.sh").write_text("#!/bin/sh\necho false\n")
    go = tmp_path / "go"
    go.write_text('#!/bin/sh\n[ "$1" = env ] && echo go1.99.1 && exit\necho "no network here" >&2\nexit 1\n')
    for script in (tools / "uv.sh", go):
        script.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", tools / "parts.sh"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "parts: not built: no network here"
    assert (tmp_path / ".tools/bin/.missing").read_text() == "no network here\n"
    assert [path.name for path in (tmp_path / ".tools").iterdir()] == ["bin"]
