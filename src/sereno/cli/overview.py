"""What `sereno --help` prints."""

from __future__ import annotations

from sereno.cli.commands import COMMANDS

_BOLD, _CYAN, _DIM, _END = "\x1b[1m", "\x1b[36m", "\x1b[2m", "\x1b[0m"


def overview(*, colour: bool) -> str:
    """The commands by group, at most 80 columns wide."""
    bold, cyan, dim, end = (_BOLD, _CYAN, _DIM, _END) if colour else ("", "", "", "")
    width = max(map(len, COMMANDS)) + 3
    lines = [
        f"{bold}sereno{end} stands in front of a model server and records every call.",
        "",
        f"{bold}Usage{end}  sereno COMMAND [OPTIONS]      sereno COMMAND --help",
    ]
    for group in dict.fromkeys(command.group for command in COMMANDS.values()):
        lines += ["", f"{bold}{group}{end}"]
        for command in COMMANDS.values():
            if command.group == group:
                lines.append(f"  {cyan}{command.name}{end}{' ' * (width - len(command.name))}{command.help}")
    lines += ["", f"{dim}--version  print the version{end}"]
    return "\n".join(lines)
