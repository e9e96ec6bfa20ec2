"""The architecture is a test: imports point downwards only."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_import_contracts_hold() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]


def test_no_room_is_called_by_what_it_is_not() -> None:
    banned = {"utils", "util", "helpers", "common", "misc"}
    found = [
        str(path.relative_to(ROOT)) for path in (ROOT / "src").rglob("*.py") if {path.stem, *path.parts[-3:-1]} & banned
    ]
    assert found == []


def test_the_page_tells_of_every_room_where_a_change_belongs() -> None:
    """Each room has a place in the layers and a row of the table, and both name no room that is gone."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    layers, table = page.split("| a change to …")
    rooms = {path.stem for path in (ROOT / "src" / "sereno").iterdir() if not path.name.startswith("_")} - {"py"}
    drawn = [name for line in layers.splitlines() if line.startswith("|") for name in re.findall(r"`(\w+)`", line)]
    places = [cells[2] for line in table.splitlines() if len(cells := line.split("|")) > 3]
    told = {name.rstrip("/") for place in places for name in re.findall(r"`([\w/.]+)`", place)}
    assert sorted(drawn) == sorted(rooms)
    assert {name.partition("/")[0] for name in told} - {"grafana"} == rooms
    sources = ROOT / "src" / "sereno"
    gone = [name for name in told if not any(path.exists() for path in (sources / name, sources / f"{name}.py"))]
    assert gone == ["grafana"]
    assert (ROOT / "grafana").is_dir()
