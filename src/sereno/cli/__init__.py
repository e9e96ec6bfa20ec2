"""The command line: one file a command, imported only when it is called.

`commands` lists them; `main` dispatches. `gateway` goes its own way before anything heavy is imported, because
the supervisor starts it again after every crash and clients wait meanwhile.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from sereno.cli.commands import COMMANDS, Command
from sereno.cli.failures import report
from sereno.errors import ConfigError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name; returns the exit code (`docs/cli.md` lists them)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(arguments)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  the one place that turns errors into sentences
        return report(error, arguments)


def _run(arguments: list[str]) -> int:
    name, rest = (arguments[0], arguments[1:]) if arguments else ("--help", [])
    if name in {"--version", "-V", "version"}:
        from sereno import __version__

        print(f"sereno {__version__}")
        return 0
    if name == "help" and rest:
        name, rest = rest[0], ["--help"]
    if name in {"--help", "-h", "help"}:
        from sereno.cli.overview import overview

        print(overview(colour=sys.stdout.isatty()))
        return 0
    if name == "__complete":
        from sereno.cli.complete import candidates

        print("\n".join(candidates(rest)))
        return 0
    command = COMMANDS.get(name)
    if command is None:
        from sereno.config.nearest import suggestion

        what = "option" if name.startswith("-") else "command"
        hint = suggestion(name, COMMANDS) if what == "command" else ""
        raise ConfigError(f"{name} is no {what} of sereno{hint or '; see sereno --help'}")
    if command.light_module and not {"--help", "-h"} & set(rest):
        return command.light()(rest)
    return _typer(command, rest)


def _typer(command: Command, arguments: list[str]) -> int:
    from typer.main import get_command

    app = command.app()
    app.rich_markup_mode = None  # plain help: calm, and rich need not be imported for it
    if not arguments and app.registered_groups + app.registered_commands[1:]:
        arguments = ["--help"]  # a command of commands
    from sereno.cli.wrong_value import empty_path

    made = get_command(app)
    if empty := empty_path(made, arguments):
        raise ConfigError(f"{empty} is empty; expected the name of a file or folder")
    result = made.main(args=arguments, prog_name=f"sereno {command.name}", standalone_mode=False)
    return result if isinstance(result, int) else 0
