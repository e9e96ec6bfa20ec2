"""Completion: the shell calls `sereno __complete WORDS…`, which prints what may follow, a line each.

One command of ours instead of typer's machinery, so that pressing Tab imports only the command being typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sereno.cli.commands import COMMANDS

_BASH = """\
_sereno() {
    local IFS=$'\\n'
    COMPREPLY=($(compgen -W "$(sereno __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- \
"${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _sereno sereno
"""
_ZSH = """\
#compdef sereno
_sereno() {
    local -a found
    found=("${(@f)$(sereno __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    compadd -a found || _files
}
compdef _sereno sereno
"""
_FISH = """\
complete -c sereno -f -a '(sereno __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
"""


SHELLS = ("bash", "zsh", "fish")


def script(shell: str) -> str:
    """The completion script of bash, zsh or fish."""
    return {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}[shell]


def candidates(words: Sequence[str]) -> Iterator[str]:
    """What may stand in the place of the last word, sorted.

    Args:
        words: what was typed after `sereno`; the last one is under the cursor, possibly empty.
    """
    *before, last = words or [""]
    if not before:
        yield from (name for name in sorted(COMMANDS) if name.startswith(last))
        return
    command = COMMANDS.get(before[0])
    if command is None:
        return
    from typer.main import get_command

    node: Any = get_command(command.app())
    for word in before[1:]:
        node = getattr(node, "commands", {}).get(word, node)
    found = [*getattr(node, "commands", {})]
    if last.startswith("-") or not found:
        found += ["--help", *(option for parameter in node.params for option in parameter.opts if option[:2] == "--")]
    yield from (name for name in sorted(set(found)) if name.startswith(last))
