"""Values in the kernel's small files; what cannot be read is None."""

from __future__ import annotations

from pathlib import Path


def text(path: Path) -> str | None:
    """The file's line, None where there is none that may be read."""
    try:
        return path.read_text("utf-8", "replace").strip() or None
    except OSError:
        return None


def number(path: Path, scale: float = 1.0) -> float | None:
    """The file's whole number times `scale`, None where it holds none or a negative one."""
    try:
        value = int(path.read_text("ascii"))
    except (OSError, ValueError):
        return None
    return value * scale if value >= 0 else None
