"""What may be committed: lock files without foreign hosts, no paths of one machine, links that lead somewhere."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]
ALLOWED_HOSTS = {"pypi.org", "files.pythonhosted.org"}
TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".sh", ".cfg", ".html", ".css", ".sql", ".go", ".js", ".ts", ""}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout: the list of files to look at comes from git")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_lock_files_name_no_foreign_host() -> None:
    hosts = set()
    for lock in (path for path in tracked() if path.name in {"uv.lock", "package-lock.json", "go.sum"}):
        text = lock.read_text()
        if lock.name == "package-lock.json":  # what packages say of their sponsors is no source of code
            text = json.dumps([package | {"funding": None, "deprecated": None} for package in _packages(lock)])
        hosts |= {urlsplit(url).hostname for url in re.findall(r'https?://[^\s"\']+', text)}
    assert hosts <= ALLOWED_HOSTS


def test_javascript_locks_hold_no_registry_address() -> None:
    for lock in (path for path in tracked() if path.name == "package-lock.json"):
        assert not [package["resolved"] for package in _packages(lock) if "resolved" in package], lock


def _packages(lock: Path) -> list[dict[str, Any]]:
    return list(json.loads(lock.read_text())["packages"].values())


def test_no_path_of_one_machine() -> None:
    # Written in pieces, so that this file does not find itself.
    words = [re.escape(a + b) for a, b in (("/wor", "k/"), ("/tmp/br", "ief"), ("../sha", "red"), ("/root/", "."))]
    pattern = re.compile("|".join(words))
    found = []
    for path in tracked():
        if path.suffix not in TEXT or path == ROOT / ".ci" / "run":
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number} {line.strip()[:80]}")
    assert found == []


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for page in (path for path in tracked() if path.suffix == ".md"):
        text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
        for target in re.findall(r'(?:\]\(|\b(?:src|srcset)=")([^)"\s]+)', text):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            linked = (page.parent / name).resolve() if name else page
            if not linked.exists():
                broken.append(f"{page.relative_to(ROOT)} → {target}")
            elif anchor and linked.suffix == ".md":
                headings = {slug(line.lstrip("#")) for line in linked.read_text().splitlines() if line.startswith("#")}
                if anchor not in headings:
                    broken.append(f"{page.relative_to(ROOT)} → {target} (no such heading)")
    assert broken == []


def test_the_license_is_apache_2() -> None:
    assert "Apache License\n                           Version 2.0" in (ROOT / "LICENSE").read_text()


def test_no_possessive_quantifier_or_atomic_group() -> None:
    # Python before 3.11.5 matches them wrongly when what they hold backtracks (CPython issue 106052): on Debian 12 a
    # grammar written with them accepted framing that it must refuse. Unrolled loops are as fast.
    possessive = re.compile(r"""(?:[\])\w.*+?}])[*+?}]\+(?!\+?["'\s]*\()|\(\?>""")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (ROOT / "src").rglob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"""\br?b?r?["']""", line) and possessive.search(line)
    ]
    assert found == []
