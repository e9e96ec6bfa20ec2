"""`sereno completion SHELL`: the script that completes commands, options and nothing else."""

from __future__ import annotations

from typing import Annotated

import typer

from sereno.cli.complete import SHELLS, script
from sereno.errors import ConfigError

app = typer.Typer(help="Print the script that completes commands in your shell.", add_completion=False)


@app.command()
def completion(shell: Annotated[str, typer.Argument(help="bash, zsh or fish.")]) -> None:
    """Print the completion script of a shell. For bash: `source <(sereno completion bash)`."""
    if shell not in SHELLS:
        raise ConfigError(f"{shell} is no shell that completion knows; expected {', '.join(SHELLS)}")
    print(script(shell), end="")
