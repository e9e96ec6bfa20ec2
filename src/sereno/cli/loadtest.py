"""`sereno loadtest URL`: load on an LLM API, and what its users feel."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from sereno.errors import ConfigError, UpstreamError

if TYPE_CHECKING:
    from sereno.loadtest.plan import Plan
    from sereno.loadtest.prompts import Conversation
    from sereno.loadtest.report import Report
    from sereno.loadtest.texts import Language
    from sereno.slo.spec import Slo

app = typer.Typer(help="Put load on an LLM API and measure what its users feel.", add_completion=False)
MISSED = 1
"""Exit code when an objective was missed, or no request was answered."""


@app.command()
def loadtest(
    url: Annotated[str, typer.Argument(help="The server, or one of its paths such as …/api/chat.", metavar="URL")],
    api: Annotated[
        str | None, typer.Option(help="What to ask: agent, ollama-chat, openai-chat, …; found out if not given.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Model to ask; one that the server has if not given.")] = None,
    users: Annotated[
        str, typer.Option(help="Users at once, or stages such as 30s:0-20,1m:20; with --rate, names to draw from.")
    ] = "3",
    rate: Annotated[
        str | None,
        typer.Option(help="Open load: so many conversations begin a second, whatever the server does; or stages."),
    ] = None,
    arrivals: Annotated[str, typer.Option(help="How they begin: poisson or constant.")] = "poisson",
    duration: Annotated[str, typer.Option(help="How long.", metavar="TIME")] = "1m",
    ramp: Annotated[str, typer.Option(help="Time in which the load grows from nothing.", metavar="TIME")] = "0s",
    requests: Annotated[int, typer.Option(help="End after so many requests.")] = 10_000,
    turns: Annotated[int | None, typer.Option(help="Turns of a conversation; those of the file if not given.")] = None,
    think: Annotated[str, typer.Option(help="Pause of a user between turns, such as 1s-3s.", metavar="TIME")] = "0s",
    prompts: Annotated[
        str, typer.Option(help="es or en (shipped), or a file: a prompt a line, or .jsonl.", metavar="SET|FILE")
    ] = "es",
    in_order: Annotated[bool, typer.Option("--in-order", help="Take prompts in their order, not by chance.")] = False,
    max_tokens: Annotated[int, typer.Option(help="Limit on an answer's length; 0: the server's own.", min=0)] = 64,
    stream: Annotated[bool, typer.Option("--stream/--no-stream", help="Whether answers come in pieces.")] = True,
    timeout: Annotated[str, typer.Option(help="Give a request up after this.", metavar="TIME")] = "30s",
    in_flight: Annotated[int, typer.Option(help="Requests at once; further ones wait, and their wait counts.")] = 1000,
    give_up: Annotated[
        str, typer.Option(help="End when the server was gone for so long; 0s for never.", metavar="TIME")
    ] = "10s",
    header: Annotated[
        list[str] | None, typer.Option(help="Header field; may be repeated.", metavar="NAME:VALUE")
    ] = None,
    header_file: Annotated[
        Path | None, typer.Option(help="Header fields, one a line: a key stays out of the list of processes.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of all chance: the same seed asks for the same load.")] = 1,
    slo: Annotated[
        list[Path] | None,
        typer.Option(help="Objectives to hold the run to; exit code 1 if one is missed.", metavar="SPEC"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    json_file: Annotated[Path | None, typer.Option(help="Write the report as JSON.", metavar="FILE")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report as a page.", metavar="FILE")] = None,
    language: Annotated[str, typer.Option(help="Of the page: en or es.")] = "en",
    samples: Annotated[Path | None, typer.Option(help="Write every request as a line of JSON.", metavar="FILE")] = None,
) -> int:
    """Put load on an LLM API: Ollama, OpenAI, Anthropic, or an agent's /chat.

    Latency counts from the moment a request was meant to start. Without --rate each user waits for the answer
    (closed load); with it conversations begin on their own (open load). Ctrl-C ends the run; its report is written.
    """
    from sereno.loadtest import files
    from sereno.loadtest.address import read_address
    from sereno.loadtest.apis import APIS
    from sereno.loadtest.conduct import survey
    from sereno.loadtest.plan import Plan
    from sereno.loadtest.texts import LANGUAGES
    from sereno.loadtest.wording import read_headers, read_load, read_pause, read_time

    chosen = _one_of("--api", api, APIS) if api is not None else None
    pattern = _one_of("--arrivals", arrivals, ("poisson", "constant"))
    shown_in = _one_of("--language", language, LANGUAGES)
    length, growth = read_time("--duration", duration), read_time("--ramp", ramp)
    level = read_load("--users" if rate is None else "--rate", users if rate is None else rate, length, growth)
    if rate is not None and not users.isdecimal():
        raise ConfigError(f"--users is {users[:80]!r}; with --rate expected a whole number of names")
    given = [*(header or ()), *(_read(header_file).decode("latin-1").split("\n") if header_file else ())]
    fields = read_headers(line for line in given if line.strip())
    wishes: dict[str, Any] = {
        "conversations": _prompts(prompts), "order": "sequence" if in_order else "random",
        "model_of_load": "closed" if rate is None else "open", "pattern": pattern, "profile": level,
        "users": int(users) if rate is not None else 1, "turns": turns, "think": read_pause("--think", think),
        "requests": requests, "timeout": read_time("--timeout", timeout), "in_flight": in_flight,
        "give_up": read_time("--give-up", give_up), "stream": stream, "max_tokens": max_tokens or None,
        "headers": fields, "seed": seed,
    }  # fmt: skip
    for option, path in (("--json-file", json_file), ("--html", html), ("--samples", samples)):
        files.check_writable(option, path)
    slos = _objectives(slo)
    address = read_address(url)
    target = survey(address, fields, cast("Any", chosen), model)
    plan = Plan(address=address, path=target.path, api=target.api, model=target.model, **wishes)
    plan.check()
    report = _run(plan, slos, samples)
    _tell(report, json_file, html, cast("Language", shown_in), as_json=as_json)
    return _code(report)


def _run(plan: Plan, slos: Sequence[Slo] | None, path: Path | None) -> Report:
    from sereno import __version__
    from sereno.loadtest.conduct import conduct
    from sereno.loadtest.files import samples
    from sereno.loadtest.findings import report
    from sereno.loadtest.tally import Tally
    from sereno.loadtest.verdict import judge

    named = f", model {plan.model}" if plan.model else ""
    print(f"{plan.address.origin}{plan.path} ({plan.api.name}{named}), {plan.profile.seconds:g} s", file=sys.stderr)
    started, tally = datetime.now(UTC).isoformat(timespec="seconds"), Tally()
    with samples(path) as sink:
        ending = conduct(plan, tally, sink)
    verdicts = judge(slos, tally.cells()) if slos is not None else None
    return report(plan, tally, ending, version=__version__, started_at=started, objectives=verdicts)


def _tell(report: Report, json_file: Path | None, html: Path | None, language: Language, *, as_json: bool) -> None:
    from sereno.loadtest import files

    if json_file is not None:
        files.write_whole(json_file, files.as_json(report))
    if html is not None:
        from sereno.loadtest.page import page

        files.write_whole(html, page(report, language).encode())
    if as_json:
        sys.stdout.buffer.write(files.as_json(report))
        return
    from sereno.cli.loadtest_text import show

    show(report)


def _code(report: Report) -> int:
    if report.ending == "gone":
        return UpstreamError.exit_code
    verdicts = [one.verdict for one in report.objectives or ()]
    if "missed" in verdicts or (verdicts and "kept" not in verdicts):
        return MISSED
    return 0 if report.succeeded else MISSED


def _objectives(specs: Sequence[Path] | None) -> Sequence[Slo] | None:
    if not specs:
        return None
    from sereno.assembly.slo import load

    return load(specs)


def _prompts(name: str) -> list[Conversation]:
    from sereno.loadtest.prompts import LARGEST, SETS, read_prompts, shipped

    if name in SETS:
        return shipped(name)
    path = Path(name)
    if path.is_file() and path.stat().st_size > LARGEST:
        raise ConfigError(f"--prompts: {path} has {path.stat().st_size} bytes; expected at most {LARGEST}")
    try:
        return read_prompts(_read(path), path.name)
    except ValueError as error:
        raise ConfigError(f"--prompts: {error}") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None


def _one_of(option: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise ConfigError(f"{option} is {value[:80]!r}; expected one of {', '.join(known)}")
    return value
