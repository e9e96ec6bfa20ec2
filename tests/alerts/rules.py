"""The shipped rules, and the promtool that judges what is made of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from parts.built import built
from sereno.alerts.catalogue import groups
from sereno.alerts.files import files
from sereno.alerts.rule import Group, Rule
from sereno.alerts.thresholds import Thresholds

GROUPS: tuple[Group, ...] = groups(Thresholds())
RULES: tuple[Rule, ...] = tuple(rule for group in GROUPS for rule in group.rules)


def write(folder: Path, limits: Thresholds | None = None) -> Path:
    """All files below a folder."""
    for path, text in files(groups(limits or Thresholds())).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def promtool(*arguments: str | Path, ok: bool = True) -> str:
    """Run it; it must agree, or must not."""
    done = subprocess.run([built("promtool"), *arguments], capture_output=True, text=True, check=False, timeout=110)
    assert (done.returncode == 0) == ok, done.stdout + done.stderr
    return done.stdout + done.stderr
