"""One keeper per DATA folder: a lock that ends with the process, however it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from sereno.conventions import RUN_DIR
from sereno.errors import ConfigError

LOCK_NAME = "keeper.lock"


class KeeperLock:
    """Held until `close` or the process's end.

    Args:
        data: the DATA folder; DATA/run must exist.

    Raises:
        ConfigError: another keeper runs on this folder.
    """

    def __init__(self, data: Path) -> None:
        path = data / RUN_DIR / LOCK_NAME
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pid = os.pread(self._fd, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._fd)
            self._fd = -1
            raise ConfigError(
                f"another keeper (pid {pid}) already runs on {data}: stop it, or give this one another --data folder"
            ) from None
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, str(os.getpid()).encode(), 0)

    def close(self) -> None:
        """Let another keeper in; idempotent."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
