"""Dashboards at the edge: files written one after the other, each whole, and only those that are ours."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sereno.dashboards.board import FOLDERS
from sereno.dashboards.build import DASHBOARDS, NOTE
from sereno.dashboards.render import TAG
from sereno.errors import ConfigError


def write(files: Mapping[str, str], folder: Path) -> list[str]:
    """Write the files that are missing or differ.

    Args:
        files: text by path below the folder.
        folder: made if it is not there.

    Returns:
        What a person should know: dashboards of an earlier version that are no longer built. They are left.

    Raises:
        ConfigError: the folder cannot hold them; names the file.
    """
    for path, text in files.items():
        target = folder / path
        try:
            if (path == NOTE and target.exists()) or _same(target, text):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            stage = target.with_name(f".{target.name}.{os.getpid()}")
            stage.write_text(text, "utf-8")
            stage.replace(target)
        except OSError as error:
            raise ConfigError(f"{target} cannot be written: {error.strerror}; give another folder with -o") from None
    return _left_over(files, folder)


def _same(target: Path, text: str) -> bool:
    return target.is_file() and target.read_bytes() == text.encode()


def _left_over(files: Mapping[str, str], folder: Path) -> list[str]:
    mark = f'"{TAG}"'
    return [
        f"{path} is no longer built; remove it if it is not yours"
        for name in FOLDERS.values()
        for path in sorted((folder / DASHBOARDS / name).glob("*.json"))
        if str(path.relative_to(folder)) not in files and mark in path.read_text("utf-8", "replace")
    ]
