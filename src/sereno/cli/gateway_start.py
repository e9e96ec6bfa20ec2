"""`sereno gateway` without typer: from command line to listening socket by the shortest way."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from sereno.assembly.gateway import gateway_options
from sereno.assembly.gateway import run as run_gateway
from sereno.assembly.logs import start_log
from sereno.cli.arguments import read_options
from sereno.config import load
from sereno.config.table import BY_NAME
from sereno.errors import ConfigError

SETTINGS = ("gateway.listen", "upstreams.NAME.url", "data", "gateway.durability", "log.level")
"""The settings that are options of `sereno gateway`."""
NUMBERS = {
    "--worker": "Number of this worker among those that share the data folder.",
    "--listen-fd": "Inherited listening socket, instead of --listen.",
    "--parent-fd": "Read end of a pipe; when it closes, the worker drains and ends.",
}
"""Options that are no settings: they differ between workers."""


def run(arguments: Sequence[str]) -> int:
    """Read the options, load the settings, run the worker."""
    known = {*(BY_NAME[name].option for name in SETTINGS), "--config", "--set", *NUMBERS}
    pairs = read_options(arguments, known)
    numbers = {option: _number(option, value) for option, value in pairs if option in NUMBERS}
    for option in numbers.keys() & {"--listen-fd", "--parent-fd"}:
        must_be_open(option, numbers[option])
    config = next((value for option, value in reversed(pairs) if option == "--config"), None)
    rest = [pair for pair in pairs if pair[0] != "--config" and pair[0] not in NUMBERS]
    loaded = load(environ=os.environ, cwd=Path.cwd(), home=Path.home(), options=rest, config=config)
    worker = numbers.get("--worker", 0)
    start_log(loaded.settings.log, f"gateway/{worker}")
    return run_gateway(
        gateway_options(
            loaded.settings,
            worker=worker,
            listen_fd=numbers.get("--listen-fd"),
            parent_fd=numbers.get("--parent-fd"),
        )
    )


def must_be_open(option: str, descriptor: int) -> None:
    """Refuse a file descriptor that the process that started this one did not leave open.

    Raises:
        ConfigError: it is none.
    """
    try:
        os.fstat(descriptor)
    except OSError:
        raise ConfigError(
            f"{option} is {descriptor}, which is not open; it is for the program that starts this one, leave it out"
        ) from None


def _number(option: str, value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise ConfigError(f"{option} is {value!r}; expected a whole number")
    return int(value)
