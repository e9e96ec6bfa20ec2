"""Ending with the parent: a child holds the read end of a pipe whose write end only its parent has."""

from __future__ import annotations

import os
import signal
import threading


def end_with(parent_fd: int) -> None:
    """Send this process SIGTERM once the parent has gone (its end of the pipe is closed).

    Args:
        parent_fd: read end of the pipe.
    """

    def watch() -> None:
        while os.read(parent_fd, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
