"""`sereno explain`: facts of a chart, a text checked against them, a chart told in words."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from sereno.cli.options import settings
from sereno.cli.web_address import web_address
from sereno.config import Loaded
from sereno.errors import ConfigError
from sereno.explain.narrate import ANALYSES

app = typer.Typer(help="Explain charts, check texts about them.", no_args_is_help=True, add_completion=False)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Title = Annotated[str, typer.Option(help="Title of the chart.")]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of the zones' own, such as Europe
        raise ConfigError(f"--tz is {name!r}; expected an IANA name such as Europe/Madrid") from None
    return name


Zone = Annotated[str, typer.Option("--tz", callback=_zone, help="Time zone of the reader, for instance Europe/Madrid.")]
Time = Annotated[str, typer.Option("--time", help="Column that holds the times, if it is not found by itself.")]
Unit = Annotated[str, typer.Option(help="Unit of all series, as Grafana names it: s, percent, bytes …")]
TEXT_MOST = 4 * 1024 * 1024


@app.command()
def facts(
    file: Annotated[Path, typer.Argument(help="CSV, Parquet, or JSON with frames.")],
    *,
    as_json: Json = False,
    title: Title = "",
    tz: Zone = "UTC",
    time: Time = "",
    unit: Unit = "",
) -> None:
    """Compute the facts of a chart."""
    import msgspec

    from sereno.assembly.charts import chart_of_file, with_unit
    from sereno.cli.explain_text import print_facts
    from sereno.explain.facts import facts as facts_of

    sheet = facts_of(with_unit(chart_of_file(file, title=title, time=time, tz=tz), unit))
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(sheet), indent=2) + b"\n")
    else:
        print_facts(sheet)


@app.command()
def verify(
    text: Annotated[Path, typer.Argument(help="Any text about the chart; - reads stdin.")],
    *,
    facts_file: Annotated[Path, typer.Option("--facts", help="What `sereno explain facts FILE --json` printed.")],
    language: Annotated[str, typer.Option(help="Of the text: en, es …")] = "en",
    as_json: Json = False,
) -> None:
    """Check every number, date and direction of a text against facts; exit code 1 if one is unsupported."""
    import json

    import msgspec

    from sereno.cli.explain_text import print_verdict
    from sereno.explain.fact import FactSheet
    from sereno.explain.verify import verify as verified

    try:
        sheet = msgspec.json.decode(_bytes_of(facts_file), type=FactSheet)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{facts_file} holds no facts: {error}; make it by sereno explain facts FILE --json"
        ) from None
    raw = sys.stdin.buffer.read(TEXT_MOST + 1) if str(text) == "-" else _bytes_of(text)
    if len(raw) > TEXT_MOST:
        raise ConfigError(f"{text} has more than {TEXT_MOST} bytes; check it in parts")
    told = raw.decode("utf-8", "replace")
    verdict = verified(told, sheet, language)
    if as_json:
        numbers = [{"text": one.text, "supported": one.supported, "fact": one.fact} for one in verdict.counted]
        print(json.dumps({"score": round(verdict.score, 4), "numbers": numbers}, indent=2, ensure_ascii=False))
    else:
        print_verdict(verdict)
    if verdict.supported < len(verdict.counted):
        raise typer.Exit(1)


@app.command()
@settings("data", "explain.url")
def chart(
    loaded: Loaded,
    file: Annotated[Path | None, typer.Argument(help="CSV, Parquet, or JSON with frames.")] = None,
    *,
    prometheus: Annotated[
        str, typer.Option(help="Prometheus to ask instead of a file.", metavar="URL", callback=web_address)
    ] = "",
    query: Annotated[str, typer.Option(help="PromQL, with --prometheus.")] = "",
    sql: Annotated[str, typer.Option(help="SELECT on a database, the record's own if none is named.")] = "",
    database: Annotated[
        str, typer.Option(metavar="URL", help="With --sql: sqlite:FILE or postgresql://USER@HOST:PORT/DATABASE.")
    ] = "",
    hours: Annotated[float, typer.Option(help="How far back, with --prometheus.", min=0.01, max=87_600)] = 24.0,
    analysis: Annotated[str, typer.Option(help=f"One of {', '.join(ANALYSES)}.")] = "trends",
    question: Annotated[str, typer.Option(help="What you want to know.")] = "",
    language: Annotated[str, typer.Option(help="Of the answer: en, es …")] = "en",
    model: Annotated[str, typer.Option(help="Model that narrates; templates without.")] = "",
    strict: Annotated[bool, typer.Option(help="Leave out sentences that no fact supports.")] = False,
    image: Annotated[Path | None, typer.Option(help="Picture of the chart, for a model that sees.")] = None,
    title: Title = "",
    tz: Zone = "UTC",
    time: Time = "",
    unit: Unit = "",
) -> None:
    """Explain a chart in words, each number checked."""
    import asyncio

    from sereno.assembly.charts import chart_of_file, chart_of_prometheus, chart_of_sql, with_unit
    from sereno.cli.explain_text import Printer
    from sereno.query.explaining.given_picture import picture_of
    from sereno.query.explaining.request import Asked

    if question:
        analysis = "question"
    if analysis not in ANALYSES or (analysis == "question" and not question):
        raise ConfigError(
            f"--analysis is {analysis!r}; expected one of {', '.join(ANALYSES)}; question needs --question TEXT"
        )
    if sum((file is not None, bool(prometheus), bool(sql))) != 1:
        raise ConfigError("expected one of FILE, --prometheus URL --query Q, or --sql SELECT")
    if prometheus:
        found = chart_of_prometheus(prometheus, query, hours=hours, title=title or query, tz=tz)
    elif sql:
        found = chart_of_sql(loaded.settings, sql, title=title, tz=tz, time=time, database=database)
    else:
        assert file is not None
        found = chart_of_file(file, title=title, time=time, tz=tz)
    asked = Asked(
        chart=with_unit(found, unit),
        analysis=analysis,
        question=question,
        language=language,
        model=model or None,
        strict=strict,
        context="",
        image=None if image is None else picture_of(_bytes_of(image)),
    )
    asyncio.run(Printer(sys.stdout).run(loaded.settings, asked))


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}; expected a file") from None
