"""What is built and packed: Grafana can load it, it is small, it holds no secret, and its files say the same."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from grafana.building import PLUGIN, ROOT

MODULES = ("module.js", "panels/chart-analyzer/module.js", "datasource/module.js")
# public/app/features/plugins/loader/sharedDependencies.ts of Grafana 12.3 to 13.2 has these, and more.
SHARED = {"react", "react-dom", "rxjs", "@emotion/css", "@grafana/data", "@grafana/runtime", "@grafana/ui"}
# Gone in React 19; what Grafana's own check (react-detect) looks for.
GONE = ("__SECRET_INTERNALS", "findDOMNode", "unmountComponentAtNode", "ReactDOM.render", "createFactory",
        "getChildContext", "contextTypes", ".defaultProps", ".propTypes")  # fmt: skip


def described(built: Path) -> dict[Path, dict[str, Any]]:
    return {path.relative_to(built): json.loads(path.read_text()) for path in built.rglob("plugin.json")}


def version() -> str:
    told: str = json.loads((PLUGIN / "package.json").read_text())["version"]
    return told


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_one_file_that_asks_for_shared_packages_only(built: Path, name: str) -> None:
    code = (built / name).read_text()
    head = re.match(r"define\((\[[^\]]*\]),", code)
    assert head, "an AMD module begins with its list of packages"
    assert set(json.loads(head[1])) <= SHARED
    assert not re.search(r"\.e\(\d+\)|webpackChunk|\bimport\(", code), "a chunk would be looked for in the wrong folder"
    assert [word for word in GONE if word in code] == []
    assert "sk-sereno-" not in code.replace("sk-sereno-…", "")
    assert not re.search(r"https?://(?!sereno:11434|127\.0\.0\.1:11434)[\w\[]", code), "an address of somebody"
    assert (built / f"{name}.map").is_file()


def test_the_bundle_is_small(built: Path) -> None:
    sizes = {name: len(gzip.compress((built / name).read_bytes())) for name in MODULES}
    assert sum(sizes.values()) <= 150_000, sizes


def test_what_the_app_brings_is_where_it_says(built: Path) -> None:
    plugins = described(built)
    app = plugins[Path("plugin.json")]
    nested = {(i["type"], i["path"], i["name"]) for i in app["includes"] if i["type"] in ("panel", "datasource")}
    there = {(p["type"], str(path), p["name"]) for path, p in plugins.items() if path != Path("plugin.json")}
    assert nested == there
    for path, plugin in plugins.items():
        assert re.fullmatch(r"sereno(-[a-z]+)?-(app|panel|datasource)", plugin["id"])
        assert plugin["id"].endswith(plugin["type"])
        assert plugin["info"]["version"] == version()
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", plugin["info"]["updated"])
        assert plugin["dependencies"]["grafanaDependency"] == ">=12.3.0"
        for logo in plugin["info"]["logos"].values():
            assert (built / path.parent / logo).read_text().startswith("<svg")
    assert not [p for p in built.rglob("*") if p.is_file() and p.suffix != ".map" and b"%VERSION%" in p.read_bytes()]
    for name in ("LICENSE", "README.md", "CHANGELOG.md"):
        assert (built / name).stat().st_size > 50


def test_the_menu_entry_says_the_same_in_code_and_description(built: Path) -> None:
    (link,) = described(built)[Path("plugin.json")]["extensions"]["addedLinks"]
    code = (built / "module.js").read_text()
    assert f'title:"{link["title"]}",description:"{link["description"]}",targets:[' in code
    assert link["targets"] == ["grafana/dashboard/panel/menu"]


def test_routes_let_viewers_read_and_nothing_else(built: Path) -> None:
    routes = described(built)[Path("plugin.json")]["routes"]
    for route in routes:
        assert route["reqRole"] == "Viewer"
        assert route["url"].startswith("{{ .JsonData.serviceUrl }}/")
        assert [h["name"] for h in route["headers"]] == ["X-Sereno-Key"]
        assert ".SecureJsonData.apiKey" in route["headers"][0]["content"]
    assert [r["path"] for r in routes if r.get("method") != "GET"] == ["explain", "explain/*"]


def test_the_package_holds_one_folder_named_for_the_app(built: Path) -> None:
    with zipfile.ZipFile(PLUGIN / f"sereno-app-{version()}.zip") as package:
        names = package.namelist()
        assert package.testzip() is None
    assert {name.split("/")[0] for name in names} == {"sereno-app"}
    assert {f"sereno-app/{p.relative_to(built)}" for p in built.rglob("*") if p.is_file()} == set(names)


def test_provisioning_names_what_is_built(built: Path) -> None:
    ids = {plugin["id"] for plugin in described(built).values()}
    for path in PLUGIN.glob("provisioning/*/*.yaml"):
        named = re.findall(r"type: (\S+)", path.read_text())
        assert named
        assert set(named) <= ids


def test_every_version_is_exact() -> None:
    for folder in (PLUGIN, PLUGIN / "harness", PLUGIN / "harness/oldest"):
        package = json.loads((folder / "package.json").read_text())
        for name, wanted in (package["dependencies"] | package.get("devDependencies", {})).items():
            assert wanted[0].isdigit(), f"{name} {wanted}: a range would let two builds differ"
        assert '"resolved"' not in (folder / "package-lock.json").read_text()


@pytest.mark.parametrize("script", ["typecheck", "lint", "test"])
def test_npm_scripts_pass(built: Path, script: str) -> None:
    assert built.is_dir()
    done = subprocess.run(
        [ROOT / "tools/node.sh", "npm", "run", "--silent", script],
        cwd=PLUGIN, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def test_the_scripts_of_a_plugin_are_there() -> None:
    scripts = json.loads((PLUGIN / "package.json").read_text())["scripts"]
    assert {"dev", "build", "lint", "typecheck", "test", "sign"} <= set(scripts)


@pytest.mark.slow  # npx fetches Grafana's own tool
def test_signing_without_a_token_says_what_it_needs(built: Path) -> None:
    mine = {name: value for name, value in os.environ.items() if not name.startswith("GRAFANA_")}
    done = subprocess.run(
        [ROOT / "tools/node.sh", "npm", "run", "--silent", "sign"],
        cwd=PLUGIN, env=mine, capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = done.stdout + done.stderr
    if "sign-plugin@" not in told:
        pytest.skip(f"Grafana's tool for signing cannot be had: {told[-300:]}")
    assert done.returncode == 1
    assert "Missing GRAFANA_ACCESS_POLICY_TOKEN" in told
    assert not (built / "MANIFEST.txt").exists()
