"""`sereno exporter`: the metrics of Ollama servers, without a gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from sereno.conventions import DEFAULT_UPSTREAM
from sereno.errors import ConfigError

if TYPE_CHECKING:
    from sereno.models.poll import Target

app = typer.Typer(help="Export the metrics of an Ollama, without a gateway.", add_completion=False)
DEFAULT_LISTEN = "127.0.0.1:9778"


@app.command()
def exporter(
    upstream: Annotated[
        list[str] | None,
        typer.Option(
            help="A server to poll; may be repeated, with a name each.",
            metavar="[NAME=]URL",
            show_default=DEFAULT_UPSTREAM,
        ),
    ] = None,
    listen: Annotated[str, typer.Option(help="Where /metrics is served.", metavar="HOST:PORT")] = DEFAULT_LISTEN,
    allowed_host: Annotated[
        list[str] | None,
        typer.Option(help="Host name it may be asked by, beside loopback names; may be repeated.", metavar="NAME"),
    ] = None,
    interval: Annotated[
        float, typer.Option(help="Seconds between two polls.", envvar="SCRAPE_INTERVAL", min=1.0, max=86400.0)
    ] = 15.0,
) -> int:
    """Poll Ollama servers and serve what they say, and this machine's GPUs, as Prometheus metrics.

    Metrics of calls (requests, tokens, latencies) need the gateway: `sereno up`.
    """
    from sereno.collectors.meters import Meters
    from sereno.exporter.poller import Exporter
    from sereno.exporter.serve import run

    host, port = _address(listen)
    targets = [_target(text) for text in upstream or [DEFAULT_UPSTREAM]]
    names = [target.name for target in targets]
    if len(set(names)) != len(names):
        raise ConfigError(f"two --upstream have the name {_twice(names)!r}; name them: --upstream NAME=URL")
    return run(
        Exporter(targets, interval, Meters().read), host, port,
        allowed_hosts=tuple(name.lower() for name in allowed_host or ()),
        ready=lambda at, on: typer.echo(f"metrics on http://{f'[{at}]' if ':' in at else at}:{on}/metrics", err=True),
    )  # fmt: skip


def _target(text: str) -> Target:
    from sereno.models.poll import Target

    name, _, url = text.rpartition("=") if "=" in text.partition("://")[0] else ("default", "", text)
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigError(f"--upstream is {text!r}; expected [NAME=]URL, for instance gpu=http://10.0.0.5:11434")
    return Target(name=name, url=url.rstrip("/"))


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise ConfigError(f"--listen is {text!r}; expected HOST:PORT, for instance {DEFAULT_LISTEN}")
    return host.strip("[]"), int(port)


def _twice(names: list[str]) -> str:
    return next(name for name in names if names.count(name) > 1)
