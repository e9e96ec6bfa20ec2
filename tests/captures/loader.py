"""Recorded traffic for tests: `from captures.loader import NAMES, load, exchange`.

`load(name)` gives the raw request and response as they were on the wire, `exchange(name)` what the gateway's
recorder makes of them. See README.md beside this file for the format.
"""

from __future__ import annotations

from base64 import b64decode
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sereno.calls import Exchange
from sereno.wire.captures import Capture, exchanges, parse_capture

FOLDER = Path(__file__).parent / "ollama-0.24.0"
NAMES: tuple[str, ...] = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))
LLAMA_CPP: tuple[str, ...] = tuple(
    sorted(f"llama-cpp/{path.stem}" for path in (FOLDER.parent / "llama-cpp").glob("*.json"))
)


class Wire(NamedTuple):
    """One connection as bytes.

    Attributes:
        name: the capture's name.
        request: head and body as sent, `Host` and framing included.
        response: reads of the socket: (seconds since the request began, bytes).
        end: complete, complete_then_closed_by_server, closed_by_server or closed_by_recorder.
        ended_at: seconds until the framing, or the connection, ended.
        capture: the parsed file, with `then` for further exchanges on the connection.
    """

    name: str
    request: bytes
    response: list[tuple[float, bytes]]
    end: str
    ended_at: float
    capture: Capture

    @property
    def response_bytes(self) -> bytes:
        """The whole response as it was on the wire, heads and framing included."""
        return b"".join(data for _, data in self.response)


@cache
def capture(name: str) -> Capture:
    """The parsed capture file; `llama-cpp/NAME` for one of llama.cpp."""
    folder = FOLDER.parent if "/" in name else FOLDER
    return parse_capture((folder / f"{name}.json").read_bytes())


@cache
def load(name: str) -> Wire:
    """The raw bytes of a capture's first exchange."""
    found = capture(name)
    request = found.request
    lines = [
        f"{request.method} {request.path} {request.version}",
        *(f"{key}: {value}" for key, value in request.headers),
    ]
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    return Wire(
        name=name,
        request=head + b64decode(request.body_base64),
        response=[(at, b64decode(text)) for at, text in found.response],
        end=found.end,
        ended_at=found.t_end,
        capture=found,
    )


@cache
def exchange(name: str) -> Exchange:
    """The capture's first exchange as the gateway records it."""
    return exchanges(capture(name))[0]
