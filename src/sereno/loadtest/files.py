"""The files of a run: the report as JSON and as a page, every request as a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from sereno.errors import ConfigError
from sereno.loadtest.report import Report
from sereno.loadtest.sample import Sample


def check_writable(option: str, path: Path | None) -> None:
    """See before the run that a file can be written after it; `ConfigError` if not."""
    if path is None:
        return
    if path.is_dir():
        raise ConfigError(f"{option} is the folder {path}; expected the name of a file")
    if not path.absolute().parent.is_dir():
        raise ConfigError(f"{option}: there is no folder {path.absolute().parent}; make it first")


def as_json(report: Report) -> bytes:
    """The report as JSON."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


@contextmanager
def samples(path: Path | None) -> Iterator[Callable[[Sample], None] | None]:
    """A sink that writes every request as a line of JSON, without what was said; None without a path."""
    if path is None:
        yield None
        return
    encoder = msgspec.json.Encoder()
    with path.open("wb") as file:

        def write(sample: Sample) -> None:
            value = msgspec.structs.asdict(sample)
            del value["text"]
            file.write(encoder.encode(value) + b"\n")

        yield write
