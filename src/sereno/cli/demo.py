"""`sereno demo`: a real small model, a few conversations through the gateway, and what Sereno recorded of them."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sereno.cli.options import load_settings
from sereno.conventions import DEFAULT_KEEPER, DEFAULT_LISTEN, DEFAULT_UPSTREAM
from sereno.errors import ConfigError, SerenoError

if TYPE_CHECKING:
    from rich.console import Console

    from sereno.demo.record import Figures
    from sereno.demo.visitors import Sent

app = typer.Typer(help=__doc__, add_completion=False)
_READY = 60.0
_PATIENCE = 30.0
_FEWEST, _MOST = 4, 900
_DAYS = 1_260  # five years of trading
_MOST_TOKENS = 160  # of what the embedded model tells of a chart: it repeats itself, at 15 tokens a second of one core


@app.command()
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End after the summary; exit code 1 unless all was recorded.")
    ] = False,
    upstream: Annotated[str, typer.Option(help="Use this Ollama instead of the embedded model.", metavar="URL")] = "",
    listen: Annotated[str, typer.Option(help="Address of the gateway.", metavar="HOST:PORT")] = DEFAULT_LISTEN,
    keeper: Annotated[
        str, typer.Option(help="Address of API, pages and metrics.", metavar="HOST:PORT")
    ] = DEFAULT_KEEPER,
    data: Annotated[
        Path | None, typer.Option(help="Keep the record here; otherwise it goes when the demo ends.")
    ] = None,
    calls: Annotated[int, typer.Option(help="How many calls to make.", min=_FEWEST, max=_MOST)] = 24,
    serve: Annotated[
        int | None, typer.Option(help="Only serve the embedded model on this port (0: a free one).", min=0, max=65535)
    ] = None,
) -> int:
    """Start a small real model, the gateway and the keeper; hold conversations; show what was recorded."""
    if serve is not None:
        return _serve(serve)
    from rich.console import Console

    from sereno.demo.library import library
    from sereno.demo.weights import model_file

    if upstream:
        load_settings([("--upstream", upstream)])  # refuses what is no URL
    else:  # what is missing is said at once
        model_file()
        library()
    folder = data or Path(tempfile.mkdtemp(prefix="sereno-demo-"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return _play(Console(), folder, upstream, (listen, keeper), calls, once=once, kept=data is not None)
    finally:
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)


def _serve(port: int) -> int:
    from sereno.demo.server import serve

    serve(
        "127.0.0.1",
        port,
        lambda bound: print(f"Ollama API with SmolLM2-135M-Instruct on http://127.0.0.1:{bound}", flush=True),
    )
    return 0


def _play(
    console: Console, folder: Path, upstream: str, addresses: tuple[str, str], calls: int, *, once: bool, kept: bool
) -> int:
    from sereno.demo.stage import Child, free_address

    named = zip(("--listen", "--keeper"), addresses, (DEFAULT_LISTEN, DEFAULT_KEEPER), strict=True)
    listen, keeper = (_address(console, *wanted) for wanted in named)
    stop = threading.Event()
    short: tuple[str, ...] = ()
    with contextlib.ExitStack() as stack, _ended_by(stop):
        if not upstream:
            short = ("--set", f"explain.max_tokens={_MOST_TOKENS}")
            address, _ = free_address(DEFAULT_UPSTREAM.removeprefix("http://"))
            arguments = ("demo", "--serve", address.rpartition(":")[2])
            model = Child("model server", arguments, folder / "demo-model.log")
            stack.callback(model.stop)
            upstream = f"http://{address}"
            model.wait_until(f"{upstream}/", _READY)
        options = ("up", "--listen", listen, "--keeper", keeper, "--upstream", upstream, "--data", str(folder), *short)
        watch = Child("gateway and keeper", options, folder / "demo-up.log")
        stack.callback(watch.stop)
        watch.wait_until(f"http://{listen}/readyz", _READY)
        watch.wait_until(f"http://{keeper}/readyz", _READY)  # calls would be kept without it, but nothing to look at
        _rows(
            console,
            "Sereno demo",
            [
                ("model server", upstream),
                ("gateway", f"http://{listen}"),
                ("web UI", f"http://{listen}/sereno"),
                ("data", str(folder)),
            ],
        )
        since = time.time()
        sent, recorded, hits = asyncio.run(_conversations(console, f"http://{listen}", calls, since))
        wrong = _summary(console, sent, recorded, hits)
        asyncio.run(_explanations(console, f"http://{listen}", recorded))
        _addresses(console, listen, keeper, folder, kept=kept)
        if not once:
            console.print("Ctrl-C ends the demo.")
            with contextlib.suppress(KeyboardInterrupt):
                stop.wait()
    return 1 if wrong else 0


def _address(console: Console, option: str, wanted: str, example: str) -> str:
    from sereno.demo.stage import free_address

    host, _, port = wanted.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise ConfigError(f"{option} is {wanted!r}; expected HOST:PORT, for instance {example}")
    address, free = free_address(wanted)
    if not free and port != "0":
        console.print(
            f"{wanted} is taken (an Ollama?); the demo listens on [bold]{address}[/] instead.", highlight=False
        )
    return address


@contextlib.contextmanager
def _ended_by(stop: threading.Event) -> Any:
    def end(_number: int, _frame: object) -> None:
        stop.set()
        raise KeyboardInterrupt

    # SIGINT too: a shell starts background jobs with it ignored, and then Python would not hear it.
    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def _conversations(
    console: Console, gateway: str, calls: int, since: float
) -> tuple[list[Sent], list[dict[str, Any]], int]:
    import httpx
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from sereno.demo import record, visitors

    async with httpx.AsyncClient(base_url=gateway, trust_env=False, timeout=300) as client:
        try:
            names = await visitors.models(client)
        except httpx.HTTPStatusError as error:  # the gateway's own words say more than the library's
            raise SerenoError(f"The models cannot be listed: {error.response.text.strip()[:500]}") from error
        except (ValueError, httpx.HTTPError) as error:
            raise SerenoError(f"The model server behind {gateway} cannot be used: {error}") from error
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("Conversations", total=calls)

            def made(one: Sent) -> None:
                progress.update(task, advance=1, description=f"{one.user:<5} {one.operation}")

            sent = await visitors.play(client, names, calls, made)
            progress.update(task, description="Conversations")
        recorded = await record.recorded(client, since, len(sent), _PATIENCE)
        return sent, recorded, await record.found(client, since)


def _summary(console: Console, sent: list[Sent], recorded: list[dict[str, Any]], hits: int) -> list[str]:
    from sereno.demo import record
    from sereno.demo.script import SEARCH_WORD

    figures: Figures = record.figures(recorded, hits)
    models = [f"{count:>3} × {name}" for name, count in figures.models.most_common()]
    outcome = ", ".join(f"{count} {status}" for status, count in sorted(figures.statuses.items()))
    rows = [
        ("calls", f"{figures.calls} by {figures.users} users"),
        *(("models" if not line else "", text) for line, text in enumerate(models)),
        ("outcome", outcome),
        ("tokens", f"{figures.input_tokens} in, {figures.output_tokens} out"),
        ("speed", f"{_number(figures.tokens_per_second, 1)} tokens/s (median)"),
        ("latency", f"{_number(figures.latency_p50, 2)} s p50, {_number(figures.latency_p95, 2)} s p95"),
        ("first token", f"{_number(figures.ttft_p50, 2)} s p50"),
        (f"search “{SEARCH_WORD}”", f"{figures.found} found"),
    ]
    _rows(console, "What Sereno recorded", rows)
    wrong = record.differences(sent, recorded)
    if wrong:
        console.print(f"[red]{len(wrong)} differences between what was sent and what is recorded:[/]")
        for line in wrong:
            console.print(f"  {line}", highlight=False)
    else:
        console.print(
            f"\n[green]All {len(sent)} calls that were sent are recorded, each once, with the same tokens.[/]"
        )
    return wrong


async def _explanations(console: Console, gateway: str, recorded: list[dict[str, Any]]) -> None:
    """Real charts explained, each by templates and by the first model; what is said of them is counted, not claimed."""
    import httpx

    from sereno.demo import explaining, visitors
    from sereno.ingest.sample import sample_bars

    charts = [explaining.traffic_chart(recorded)]
    try:
        charts.append(explaining.market_chart([(bar.day.isoformat(), bar.close) for bar in sample_bars()[-_DAYS:]]))
    except ConfigError as error:
        console.print(f"The chart of the S&P 500 is left out: {error}", highlight=False)
    rows = []
    async with httpx.AsyncClient(base_url=gateway, trust_env=False) as client:
        asked = explaining.requests(charts, (await visitors.models(client))[:1])
        with console.status("Charts explained"):
            for request in asked:
                done = await explaining.explain(client, request)
                who = "templates" if done.model == explaining.TEMPLATE else done.model
                told = f"{done.supported} of {done.numbers} claims supported by facts, {done.seconds:.1f}\u00a0s"
                rows.append((f"{request['title']}, {who}", f"{told} ({done.failure})" if done.failure else told))
    _rows(console, "Charts explained, and how much of it was right", rows)


def _number(value: float | None, digits: int) -> str:
    return "unknown" if value is None else f"{value:.{digits}f}"


def _addresses(console: Console, listen: str, keeper: str, folder: Path, *, kept: bool) -> None:
    where = f"{folder} stays" if kept else f"{folder} goes when the demo ends (--data DIR keeps it)"
    rows = [
        ("web UI", f"http://{listen}/sereno"),
        ("charts explained", f"http://{listen}/sereno/explanations"),
        ("API", f"http://{listen}/analytics/messages"),
        ("metrics", f"http://{listen}/metrics"),
        ("keeper", f"http://{keeper}/"),
        ("try", f"OLLAMA_HOST=http://{listen} ollama list"),
        ("data", where),
    ]
    _rows(console, "Look around", rows)


def _rows(console: Console, title: str, rows: Sequence[tuple[str, str]]) -> None:
    """A titled list in two columns, as `sereno up` shows it."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(f"  {name}", Text(value))
    console.print(f"\n[bold]{title}[/]")
    console.print(grid)
