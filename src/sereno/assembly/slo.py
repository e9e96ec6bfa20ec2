"""Objectives at the edge: spec files read, compiled files written whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from tempfile import mkdtemp

import msgspec

from sereno.errors import ConfigError
from sereno.promql.catalogue import known, listed
from sereno.slo.compile import HEADER, compiled, notes
from sereno.slo.document import LARGEST
from sereno.slo.read import read
from sereno.slo.spec import Slo

DEFAULT = "llm.yaml"
"""The shipped spec, inside the package."""
SHOWN = 20
"""Mistakes that are told at once; the others wait for the next run."""


class Compiled(msgspec.Struct, frozen=True):
    """What was written.

    Attributes:
        slos: the objectives.
        paths: files, below the output folder.
        notes: what a person should know.
    """

    slos: Sequence[Slo]
    paths: Sequence[str]
    notes: Sequence[str]


def default_spec() -> str:
    """The shipped spec as text."""
    return files("sereno.slo").joinpath(DEFAULT).read_text("utf-8")


def load(specs: Sequence[Path], *, allow_unknown: bool = False, metrics: Sequence[Path] = ()) -> list[Slo]:
    """Read specs; without any, the shipped one.

    Args:
        specs: files.
        allow_unknown: let metrics pass that nobody is known to expose.
        metrics: files that name further metrics.

    Raises:
        ConfigError: something in them is wrong; says each thing with file, line and field.
    """
    texts = [(str(path), _text(path, "spec")) for path in specs] or [(DEFAULT, default_spec())]
    catalogue: dict[str, frozenset[str] | None] = dict(known())
    for path in metrics:
        try:
            catalogue.update(listed(_text(path, "metrics")))
        except ValueError as error:
            raise ConfigError(f"{path}: {error}") from None
    slos, problems = read(texts, None if allow_unknown else catalogue)
    if problems:
        more = [f"and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
        raise ConfigError("\n".join([*(str(problem) for problem in problems[:SHOWN]), *more]))
    return slos


def compile_to(slos: Sequence[Slo], folder: Path) -> Compiled:
    """Write the compiled files into a folder: all are complete on disk before the first takes its place.

    Raises:
        ConfigError: the folder cannot hold them.
        OSError: the disk refuses; the folder is as it was.
    """
    out = compiled(slos)
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder} is no folder; give another one with --output")
    above = folder.absolute().parent
    if not above.is_dir():
        raise ConfigError(f"there is no folder {above}; make it first")
    # Inside the folder where there is one: it may be a mount of its own, and files move within one file system only.
    stage = Path(mkdtemp(prefix=".compiling-", dir=folder if folder.exists() else above))
    try:
        for parent in _parents(out):
            (stage / parent).mkdir(parents=True)
        for path, text in out.items():
            (stage / path).write_text(text, "utf-8")
        stage.chmod(0o755)
        if not folder.exists():
            stage.replace(folder)
        else:
            _move(stage, folder, out)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return Compiled(slos, list(out), [*notes(slos), *_left_over(folder, out)])


def _text(path: Path, what: str) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise ConfigError(f"{path} has {path.stat().st_size} bytes; expected a {what} file of at most {LARGEST}")
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is no UTF-8 text; expected a {what} file") from None
    except IsADirectoryError:
        raise ConfigError(f"{path} is a folder; expected a {what} file") from None
    except FileNotFoundError:
        raise ConfigError(f"there is no file {path}") from None


def _parents(out: Mapping[str, str]) -> list[str]:
    """The folders that files need, inner ones only: they bring the outer ones along."""
    folders = {path.rpartition("/")[0] for path in out}
    return sorted(one for one in folders if not any(other.startswith(f"{one}/") for other in folders))


def _move(stage: Path, folder: Path, out: Mapping[str, str]) -> None:
    """Every file is complete beside the folder; what could refuse a rename is looked at before the first."""
    for parent in {path.rpartition("/")[0] for path in out}:
        (folder / parent).mkdir(parents=True, exist_ok=True)
        if not os.access(folder / parent, os.W_OK):
            raise ConfigError(f"{folder / parent} cannot be written; give another --output")
    for path in out:
        if (folder / path).is_dir():
            raise ConfigError(f"{folder / path} is a folder; expected a file, or another --output")
    for path in out:
        (stage / path).replace(folder / path)


def _left_over(folder: Path, out: Mapping[str, str]) -> list[str]:
    """Files of an earlier compilation that this one did not write: Prometheus would go on loading them."""
    first = HEADER.partition("{")[0]
    names = [*folder.glob("prometheus/*.rules.yaml"), *folder.glob("prometheus/tests/*.yaml")]
    names += folder.glob("grafana/alerts/*.yaml")
    old = sorted(str(path) for path in names if str(path.relative_to(folder)) not in out and _begins(path, first))
    return [f"{path} is of an earlier compilation; remove it if its objective is gone" for path in old]


def _begins(path: Path, words: str) -> bool:
    with path.open("rb") as file:
        return file.read(len(words)) == words.encode()
