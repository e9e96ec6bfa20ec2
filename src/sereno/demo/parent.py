"""Ending with the parent: a child holds the read end of a pipe whose write end only its parent has.

`python -m sereno.demo.parent FD ARGUMENTS…` runs `sereno ARGUMENTS…` so tied: a demo that is killed leaves nothing.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
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


if __name__ == "__main__":
    end_with(int(sys.argv[1]))
    sys.argv = ["sereno", *sys.argv[2:]]
    runpy.run_module("sereno", run_name="__main__", alter_sys=True)
