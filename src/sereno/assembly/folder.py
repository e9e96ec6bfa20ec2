"""The data folder: made private before anything is written into it."""

from __future__ import annotations

from pathlib import Path

from sereno import conventions
from sereno.errors import ConfigError


def prepare_data(data: Path) -> None:
    """Make DATA and DATA/run, mode 0700; `ConfigError` if that cannot be."""
    for folder in (data, data / conventions.RUN_DIR):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.stat().st_mode & 0o077:
                folder.chmod(0o700)
        except OSError as error:
            raise ConfigError(
                f"the data folder {folder} cannot be used: {error.strerror}; "
                "choose another with --data, or correct its owner and mode"
            ) from error
