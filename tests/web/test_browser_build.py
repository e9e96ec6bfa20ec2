"""How the browser code comes to be: Node.js from the lock file where PATH has none, the bundle in every wheel."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BROWSER = ROOT / "src" / "sereno" / "web" / "browser"


def test_where_path_has_no_node_the_one_in_the_environment_runs(tmp_path: Path) -> None:
    for tool in ("sh", "dirname", "find", "head", "ln", "mkdir", "env"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    done = subprocess.run(
        [ROOT / "tools" / "node.sh", "npm", "--version"],
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout.partition(".")[0]) >= 10


def test_without_any_node_it_is_said_what_to_do(tmp_path: Path) -> None:
    for tool in ("sh", "dirname", "find", "head"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    script = tmp_path / "checkout" / "tools" / "node.sh"
    script.parent.mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "node.sh", script)
    done = subprocess.run([script, "node"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "make setup" in done.stderr


def test_every_module_is_bundled_and_versions_are_exact() -> None:
    package = json.loads((BROWSER / "package.json").read_text())
    for name, version in (package["dependencies"] | package["devDependencies"]).items():
        assert version[0].isdigit(), f"{name} {version}: a range would let two builds differ"
    imported = "".join(path.read_text() for path in BROWSER.glob("*.ts"))
    for path in BROWSER.glob("*.ts"):
        entry = path.stem == "sereno"
        assert entry or f'"./{path.stem}"' in imported, f"{path.name} is imported by nobody"


@pytest.mark.slow
def test_a_wheel_carries_the_bundle_and_not_its_sources(tmp_path: Path) -> None:
    uv = subprocess.run([ROOT / "tools" / "uv.sh"], capture_output=True, text=True, check=True).stdout.strip()
    subprocess.run([uv, "build", "--quiet", "--wheel", "--out-dir", tmp_path, ROOT], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        manifest = json.loads(archive.read("sereno/web/static/build/manifest.json"))
    assert set(manifest) == {"sereno.js", "charts.js"}
    for hashed in manifest.values():
        assert {f"sereno/web/static/build/{hashed}{coding}" for coding in ("", ".br", ".gz")} <= names
    assert "sereno/web/static/build/licences.txt" in names
    assert not [name for name in names if "web/browser" in name or "node_modules" in name]
