"""What a child is: a command line, how to tell that it is ready, and in which order it stops."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

PARENT_FD = "{parent_fd}"
"""Stands in a child's arguments for the number of the pipe that ends when the supervisor does."""


@dataclass(frozen=True, kw_only=True)
class ChildSpec:
    """One child.

    Attributes:
        name: what messages call it, like `gateway 0`.
        argv: the command line; `{parent_fd}` in it is replaced.
        env: variables set beside the inherited environment.
        pass_fds: descriptors the child inherits under the same numbers.
        ready: returns whether the child serves; called in a thread, must answer within a second or so. None: at once.
        stop_order: children with a lower number are stopped, and awaited, before those with a higher one.
        stop_seconds: how long it may drain after SIGTERM before it is killed.
        essential: whether everything ends when it was never ready after a few starts. Otherwise it is started again for
            as long as the others run: a keeper with a broken store must not take the gateways with it.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] | None = None
    pass_fds: tuple[int, ...] = ()
    ready: Callable[[], bool] | None = None
    stop_order: int = 0
    stop_seconds: float = 30.0
    essential: bool = True


def sereno_command(*arguments: str) -> tuple[str, ...]:
    """A command line of this installation's `sereno` that reads `… sereno gateway …` in `ps`.

    The console script where there is one; otherwise the module, without the current folder on its path.
    """
    for folder in (Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))):
        script = folder / "sereno"
        if script.is_file():
            return (sys.executable, str(script), *arguments)
    return (sys.executable, "-P", "-m", "sereno", *arguments)
