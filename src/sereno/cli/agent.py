"""`sereno agent`: an instrumented agent over any model."""

from __future__ import annotations

import typer

from sereno.assembly.logs import start_log
from sereno.cli.options import settings
from sereno.config import Loaded

app = typer.Typer(help="Run an instrumented agent over any model.", add_completion=False)


@app.command()
@settings("agent.listen", "agent.url", "agent.model", "log.level")
def agent(loaded: Loaded) -> int:
    """Serve POST /chat with memory, POST /feedback and /metrics over any model, through the gateway.

    It is the example of an application that uses Sereno's SDK: its steps and the gateway's calls are one trace.
    """
    from sereno.assembly.agent import run

    start_log(loaded.settings.log, "agent")

    def ready(host: str, port: int) -> None:
        where = f"[{host}]" if ":" in host else host
        typer.echo(f"agent on http://{where}:{port}/chat, asking {loaded.settings.agent.url}", err=True)

    return run(loaded.settings, ready)
