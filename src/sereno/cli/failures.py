"""Errors to one sentence on stderr and an exit code; a traceback only with SERENO_DEBUG=1."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sereno.errors import QueryError, SerenoError

INTERRUPTED = 130
"""128 + SIGINT, as shells count."""
USAGE = 2


def report(error: BaseException, arguments: Sequence[str]) -> int:
    """Say what went wrong; returns the exit code."""
    if isinstance(error, BrokenPipeError):
        # The reader (`| head`) had enough. Python would complain again when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if os.environ.get("SERENO_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "Abort":  # typer's answer to Ctrl-C in a prompt
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    code, message = _explain(error, arguments)
    first, *rest = message.splitlines() or [type(error).__name__]
    print(f"sereno: {first}", file=sys.stderr)
    for line in rest:
        print(f"        {line}", file=sys.stderr)
    return code


OTHER_NAMES = {
    "--since": ("--start-time", "--from"), "--after": ("--start-time", "--from"), "--from": ("--start-time",),
    "--until": ("--end-time",), "--before": ("--end-time", "--until"), "--to": ("--end-time", "--until"),
    "--last": ("--limit", "--lines"), "--format": ("--json",), "--output": ("--json",),
}  # fmt: skip
"""Options as other programs call them, and as they may be called here."""


def _meant(option: str | None, context: Any) -> str:
    """The option of the command that somebody means who writes it as other programs do; "" if none is known."""
    if option is None or context is None:
        return ""
    here = {name for parameter in context.command.params for name in parameter.opts}
    return next((name for name in OTHER_NAMES.get(option, ()) if name in here), "")


def _explain(error: BaseException, arguments: Sequence[str]) -> tuple[int, str]:
    if isinstance(error, QueryError) and error.expected and "; expected " not in str(error):
        return error.exit_code, f"{str(error).rstrip('.')}; expected {error.expected}"
    if isinstance(error, SerenoError):
        return error.exit_code, str(error)
    usage = getattr(error, "format_message", None)  # typer's errors, old and new
    if usage is not None:
        from sereno.cli.wrong_value import wrong_value  # typer is there already

        context = getattr(error, "ctx", None)  # knows the command of a command: `sereno calls list`
        where = context.command_path if context is not None else " ".join(["sereno", *arguments[:1]])
        option = getattr(error, "option_name", None)
        meant = _meant(option, context)
        if meant:
            return USAGE, f"{option} is no option of {where}; here it is {meant}"
        return USAGE, f"{wrong_value(error) or str(usage()).rstrip('.')}; see {where} --help"
    if isinstance(error, OSError):
        return _of_file(error, arguments)
    from sereno.query.problems import Problem  # not needed where all goes well

    if isinstance(error, Problem):  # the API's answer to the same question
        hint = f"; expected {error.expected}" if error.expected else ""
        return USAGE, f"{error.detail.rstrip('.')}{hint}"
    return 1, f"{type(error).__name__}: {error} (a mistake in Sereno; SERENO_DEBUG=1 shows where)"


def _of_file(error: OSError, arguments: Sequence[str]) -> tuple[int, str]:
    """A file that cannot be had; it is the command line that is wrong if the file stands there."""
    reason = error.strerror or str(error)
    if not isinstance(error.filename, str):
        return 1, reason
    given = any(one == error.filename or one.endswith(f"={error.filename}") for one in arguments)
    match error:
        case FileNotFoundError() if not (folder := Path(error.filename).parent).exists():
            hint = f"; there is no folder {folder}, make it first"
        case IsADirectoryError():
            hint = "; expected a file, and this is a folder"
        case PermissionError():
            hint = "; this user may not: choose another place, or change its owner"
        case _:
            hint = ""
    return USAGE if given else 1, f"{error.filename}: {reason}{hint}"
