"""`sereno wire FILE…`: what a capture file decodes to."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sereno.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import Console

    from sereno.calls import Call, Exchange

app = typer.Typer(help="Show what recorded traffic decodes to.")


@app.command()
def wire(
    files: Annotated[list[Path], typer.Argument(help="Capture files (JSON; docs/wire.md has the format).")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a call.")] = False,
) -> None:
    """Show what recorded traffic decodes to."""
    import msgspec

    from sereno.wire.decode import decode

    found = [(path, exchange) for path in files for exchange in _exchanges(path)]
    if as_json:
        for _, exchange in found:
            call = msgspec.structs.replace(decode(exchange), conversation=None, parent_conversation=None)
            sys.stdout.write(msgspec.json.encode(call).decode() + "\n")
        return
    from rich.console import Console

    console = Console()
    for path, exchange in found:
        _show(console, path, exchange, decode(exchange))


def _exchanges(path: Path) -> list[Exchange]:
    from sereno.wire.captures import exchanges, parse_capture

    try:
        return exchanges(parse_capture(path.read_bytes()))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}; name a capture file") from error
    except ValueError as error:
        raise ConfigError(f"{path} is not a capture file ({error}); docs/wire.md shows the format") from error


def _show(console: Console, path: Path, exchange: Exchange, call: Call) -> None:
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    from sereno.wire.conversation import messages

    table = Table.grid(padding=(0, 2))
    for name, value in _rows(call):
        table.add_row(Text(name, style="dim"), Text(value))
    talk = messages(exchange)
    for message in (*talk.messages, *talk.answers):
        said = message.content or ", ".join(f"{tool.name}({tool.arguments})" for tool in message.tool_calls)
        table.add_row(Text(message.role, style="cyan"), Text(said[:300]))
    title = f"{call.method} {call.path} → {call.http_status or 'no answer'}"
    console.print(Panel(table, title=Text(title), subtitle=Text(str(path)), title_align="left"))


def _rows(call: Call) -> list[tuple[str, str]]:
    usage, timing = call.usage, call.timing
    rows: list[tuple[str, object]] = [
        ("status", " ".join(filter(None, (call.status, call.error_type, call.error_message)))),
        ("operation", f"{call.operation} ({call.protocol} {call.route})"),
        ("model", call.model),
        ("stream", f"yes, {call.chunks} chunks" if call.stream else "no"),
        ("finish reason", call.finish_reason),
        ("input tokens", usage.input_tokens),
        ("output tokens", usage.output_tokens),
        ("total", f"{timing.total:.3f} s"),
        ("first content", _seconds(timing.time_to_first_chunk)),
        ("per output token", _seconds(timing.time_per_output_token)),
        ("longest gap", _seconds(timing.longest_gap)),
        ("load", _seconds(timing.load)),
        ("conversation", call.conversation.hex() if call.conversation else None),
        ("continues", call.parent_conversation.hex() if call.parent_conversation else None),
        ("could not read", call.decode_error),
    ]
    return [(name, str(value)) for name, value in rows if value is not None]


def _seconds(value: float | None) -> str | None:
    return None if value is None else f"{value:.3f} s"
