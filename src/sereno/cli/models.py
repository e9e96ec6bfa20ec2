"""`sereno models`: what the model servers have, what is loaded, and how each model did."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec
import typer

from sereno.assembly.checkup.finding import about
from sereno.assembly.record import open_record
from sereno.assembly.upstream import check_upstream
from sereno.cli.call_text import seconds
from sereno.cli.filters import Pairs, filters
from sereno.cli.options import settings
from sereno.cli.tables import print_table
from sereno.config import Loaded, Settings
from sereno.errors import StoreError
from sereno.metrics.ollama import ServerState
from sereno.query.rows import ModelMessage
from sereno.wire.models import canonical

app = typer.Typer(help="Models: installed, loaded, calls, speed.", add_completion=False)


class ModelRow(msgspec.Struct, frozen=True, kw_only=True):
    """One model, as the model server and the record know it; null is unknown.

    Attributes:
        name: canonical name. server: model server that has it, None if none has (any more).
        size_bytes: on the model server's disk. loaded: whether it is in memory. vram_bytes: of it on the GPU.
        recorded: figures of its calls, None without any.
    """

    name: str
    server: str | None = None
    size_bytes: int | None = None
    loaded: bool | None = None
    vram_bytes: int | None = None
    recorded: ModelMessage | None = None


@app.command()
@settings("data", "upstreams.NAME.url", "client.url")
@filters()
def models(
    loaded: Loaded,
    *,
    pairs: Pairs,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List models: installed, loaded, calls, errors, speed. The filters narrow the calls that are counted."""
    config = loaded.settings
    states = [(upstream.name, check_upstream(upstream)) for upstream in config.upstreams]
    rows = list(joined(states, _recorded(config, pairs)))
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(rows), indent=2) + b"\n")
        return
    print_table(
        ("model", "server", "size", "loaded", "calls", "errors", "tok/s", "s p50", "ttft p50"),
        [_cells(row) for row in rows],
        right={"size", "calls", "errors", "tok/s", "s p50", "ttft p50"},
        flexible="model",
        drop=("ttft p50", "server", "size", "s p50"),
    )
    for upstream, (_, state) in zip(config.upstreams, states, strict=True):
        if not state.up:
            print(f"{upstream.url} does not answer; what it has is unknown.", file=sys.stderr)


def joined(states: Sequence[tuple[str, ServerState]], recorded: Sequence[ModelMessage]) -> Iterator[ModelRow]:
    """What servers have and what the record knows, by name: those with most calls first, then the idle ones."""
    installed: dict[str, ModelRow] = {}
    for server, state in states:
        ollama = state.api == "ollama"
        in_memory = (
            None if state.loaded is None else {_name(model.name, ollama=ollama): model for model in state.loaded}
        )
        for model in state.installed or ():
            name = _name(model.name, ollama=ollama)
            now = in_memory.get(name) if in_memory is not None else None
            installed[name] = ModelRow(
                name=name,
                server=server,
                size_bytes=model.size,
                loaded=None if in_memory is None else now is not None,
                vram_bytes=now.size_vram if now is not None else None,
            )
    for figures in recorded:
        row = installed.pop(figures.model or "", None) or ModelRow(name=figures.model or "(none named)")
        yield msgspec.structs.replace(row, recorded=figures)
    yield from sorted(installed.values(), key=lambda row: row.name)


def _name(name: str, *, ollama: bool) -> str:
    return canonical(name, ollama=ollama) or name


def _recorded(config: Settings, pairs: Pairs) -> Sequence[ModelMessage]:
    try:
        with open_record(config) as record:
            return record.models(pairs).models
    except StoreError as error:
        print(f"sereno: {error}", file=sys.stderr)
        return ()


def _cells(row: ModelRow) -> tuple[str, ...]:
    figures = row.recorded.figures if row.recorded is not None else None
    rate = figures.error_rate if figures is not None else None
    speed = figures.tokens_per_second if figures is not None else None
    return (
        row.name,
        row.server or "–",
        about(row.size_bytes) if row.size_bytes is not None else "–",
        {True: "yes", False: "", None: "–"}[row.loaded],
        str(figures.total_messages) if figures is not None else "0",
        f"{rate:.1%}" if rate is not None else "–",
        f"{speed:.1f}" if speed is not None else "–",
        seconds(figures.latency.p50 if figures is not None else None),
        seconds(figures.ttft.p50 if figures is not None else None),
    )
