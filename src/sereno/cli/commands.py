"""The table of commands: name, module and what `sereno --help` says."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    import typer


class Command(NamedTuple):
    """One command.

    Attributes:
        name: what people type.
        group: heading of `sereno --help` it stands under.
        help: one line.
        module: module under `sereno.cli` whose `app` is its typer application.
        light_module: module whose `run(arguments) -> int` runs it without typer; "" if there is none.
    """

    name: str
    group: str
    help: str
    module: str
    light_module: str = ""

    def app(self) -> typer.Typer:
        """Its typer application."""
        return cast("typer.Typer", import_module(f"sereno.cli.{self.module}").app)

    def light(self) -> Callable[[Sequence[str]], int]:
        """Its quick way in."""
        import_lean_msgspec()
        return cast("Callable[[Sequence[str]], int]", import_module(f"sereno.cli.{self.light_module}").run)


def import_lean_msgspec() -> None:
    """Import msgspec without typing_extensions, which it prefers to `typing` where it is installed.

    Its import alone takes 30 of the 170 ms in which a gateway starts, and nothing of it is needed here.
    """
    if "typing_extensions" in sys.modules or "msgspec" in sys.modules:
        return
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]  # Python's own way to make an import fail
    try:
        import msgspec  # noqa: F401  for its effect
    finally:
        del sys.modules["typing_extensions"]


RUN, LOOK, KEEP, CHECK = "Run", "Look", "Keep", "Check"

COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        Command("up", RUN, "Start everything: gateway and keeper, restarted when they fall.", "up"),
        Command("gateway", RUN, "Run one gateway worker alone.", "gateway", "gateway_start"),
        Command("keeper", RUN, "Run the keeper alone: ingest, API, pages, metrics.", "keeper"),
        Command("exporter", RUN, "Export the metrics of an Ollama, without a gateway.", "exporter"),
        Command("agent", RUN, "Run an instrumented agent over any model.", "agent"),
        Command("demo", RUN, "A small real model, a few conversations, all of Sereno.", "demo"),
        Command("calls", LOOK, "List, show, follow and export recorded calls.", "calls"),
        Command("models", LOOK, "Models: installed, loaded, calls, speed.", "models"),
        Command("prices", LOOK, "What models cost, and how that is known.", "prices"),
        Command("slo", LOOK, "Compile objectives to rules, show how they stand.", "slo"),
        Command("drift", LOOK, "Compare data with what it was, watch it over time.", "drift"),
        Command("alerts", LOOK, "Write alert rules, list what fires and fired, take it up.", "alerts"),
        Command("silence", KEEP, "Hold alerts back for a while.", "silence"),
        Command("alertmanager", KEEP, "Write Alertmanager's configuration.", "alertmanager"),
        Command("dashboards", LOOK, "Build the dashboards for Grafana, list them.", "dashboards"),
        Command("stack", KEEP, "Write a whole stack for docker compose, make its secrets.", "stack"),
        Command("eval", CHECK, "Put questions to models, score, compare, calibrate judges.", "eval"),
        Command("feedback", KEEP, "What people say of answers: list, import, export.", "feedback"),
        Command("explain", LOOK, "Explain charts, check texts about them.", "explain"),
        Command("journal", LOOK, "Verify and show journal files.", "journal"),
        Command("wire", LOOK, "Show what recorded traffic decodes to.", "wire"),
        Command("keys", KEEP, "Issue, list and revoke Sereno keys.", "keys"),
        Command("import", KEEP, "Bring in calls exported elsewhere.", "importing"),
        Command("categories", KEEP, "What prompts are about: list, explain, apply anew.", "categories"),
        Command("reprice", KEEP, "Price stored calls anew, by the settings in force.", "reprice"),
        Command("lora", KEEP, "Versions of LoRA adapters: import, compare, promote, roll back.", "lora"),
        Command("backup", KEEP, "Write a consistent copy of the store.", "backup"),
        Command("store", KEEP, "Move the record: SQLite to PostgreSQL, and back.", "store"),
        Command("loadtest", CHECK, "Put load on an LLM API, measure what its users feel.", "loadtest"),
        Command("ingest", KEEP, "Bring real series into a database: daily prices of the S&P 500.", "ingest"),
        Command("coverage", CHECK, "Compute the success figures: availability, detection, coverage.", "coverage"),
        Command("doctor", CHECK, "Look for what could go wrong, say what to do.", "doctor"),
        Command("config", CHECK, "Show, check and document the settings.", "config"),
        Command("completion", CHECK, "Print the script that completes commands in your shell.", "completion"),
    )
}
"""Every command by name, in the order of `sereno --help`."""
