"""Where spans go, and the header fields that a collector wants to see."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import msgspec

from sereno.errors import ConfigError
from sereno.tracing.outcome import Exporter

_FIELD = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}", re.ASCII)
_VALUE = re.compile(r"[\x20-\x7e]{0,4096}", re.ASCII)
_MOST_BYTES = 64 * 1024


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A collector.

    Attributes:
        url: its address. Over HTTP `/v1/traces` is added unless it ends so.
        protocol: OTLP over HTTP (protobuf) or over gRPC.
        headers: sent with every batch.
        ca_file: certificates (PEM) that its own must chain to.
        timeout: seconds that one batch may take.
    """

    url: str
    protocol: Literal["http", "grpc"] = "http"
    headers: tuple[tuple[str, str], ...] = ()
    ca_file: Path | None = None
    timeout: float = 10.0


def exporter_of(endpoint: Endpoint) -> Exporter:
    """Who sends to this collector. Nothing is connected yet."""
    if endpoint.protocol == "grpc":
        from sereno.tracing.otlp_grpc import GrpcExporter  # noqa: PLC0415  gRPC loads 18 MB, for those who use it

        return GrpcExporter(endpoint)
    from sereno.tracing.otlp_http import HttpExporter  # noqa: PLC0415  no start should wait for httpx

    return HttpExporter(endpoint)


def read_headers(path: Path) -> tuple[tuple[str, str], ...]:
    """The header fields in a file, one `NAME: VALUE` a line; empty lines and lines after `#` are passed over.

    Raises:
        ConfigError: the file cannot be read, or a line is no header field. The sentence holds no value.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES).decode()
    except OSError as error:
        raise ConfigError(f"tracing.headers_file {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"tracing.headers_file {path} is not UTF-8 text") from error
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or not _FIELD.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ConfigError(
                f"tracing.headers_file {path}, line {number} is no header field; expected NAME: VALUE, for instance "
                "Authorization: Bearer …"
            )
        found.append((name.lower(), value))
    return tuple(found)
