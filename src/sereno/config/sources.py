"""Where settings come from: a TOML file, the environment, the command line; each as raw values by dotted name.

Names are checked here, values later, so that one run can report every mistake with its place.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from sereno.config.kinds import read_path
from sereno.config.nearest import suggestion
from sereno.config.table import BY_NAME, NAMED, SECTIONS, find
from sereno.errors import ConfigError

FILE_NAME = "sereno.toml"
CONFIG_VARIABLE = "SERENO_CONFIG"
DEBUG_VARIABLE = "SERENO_DEBUG"
UPSTREAM_VARIABLE = "SERENO_UPSTREAM"
_RESERVED = {CONFIG_VARIABLE, DEBUG_VARIABLE, UPSTREAM_VARIABLE}
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_TABLE = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(#.*)?")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\-\"']+)\s*=")


class Raw(msgspec.Struct, frozen=True):
    """A value as it was given.

    Attributes:
        value: text, or a TOML value.
        origin: where, for people: `sereno.toml:12`, `SERENO_DATA`, `--listen`.
        base: folder that relative paths in it start from.
    """

    value: object
    origin: str
    base: Path


RawSettings = dict[str, Raw]
"""Raw values by dotted name; `NAME_file` stands for a secret in a file."""


def find_file(explicit: str | None, environ: Mapping[str, str], cwd: Path, home: Path) -> Path | None:
    """The TOML file that rules: the one named, else `./sereno.toml`, else `~/.config/sereno/sereno.toml`."""
    named = explicit or environ.get(CONFIG_VARIABLE)
    if named:
        by = "--config" if explicit else CONFIG_VARIABLE
        try:
            path = read_path(named, cwd)
            found = path.is_file()
        except (ValueError, OSError):
            path, found = Path(named), False
        if not found:
            raise ConfigError(f"{by} names {path}, which is not a file; correct the path or leave {by} out")
        return path
    config_home = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    return next((p for p in (cwd / FILE_NAME, config_home / "sereno" / FILE_NAME) if p.is_file()), None)


def from_file(path: Path, problems: list[str]) -> RawSettings:
    """The settings in a TOML file; what it should not hold goes to `problems`."""
    try:
        text = path.read_text("utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} is not a TOML file: {error}") from error
    lines = _line_numbers(text)
    found: RawSettings = {}
    for name, value in _leaves(document):
        origin = f"{path}:{lines[name]}" if name in lines else str(path)
        if _known(name):
            found[name] = Raw(value, origin, path.parent)
        else:
            problems.append(f"{origin}: {unknown_name(name)}")
    return found


def _leaves(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Dotted names and values; tables that are no section are leaves, so that their name is reported."""
    for key, value in table.items():
        name = prefix + key
        section = name in SECTIONS or name in NAMED or (prefix[:-1] in NAMED and isinstance(value, dict))
        if section and isinstance(value, dict):
            yield from _leaves(value, f"{name}.")
        else:
            yield name, value


def _line_numbers(text: str) -> dict[str, int]:
    """Line of each assignment by dotted name; good for ordinary files, silent about clever ones."""
    lines: dict[str, int] = {}
    prefix = ""
    for number, line in enumerate(text.splitlines(), 1):
        if table := _TABLE.fullmatch(line):
            prefix = re.sub(r"\s*\.\s*|[\"']", lambda m: "." if "." in m[0] else "", table[1]) + "."
        elif key := _KEY.match(line):
            lines.setdefault(prefix + re.sub(r"[\"']", "", key[1]), number)
    return lines


def from_environment(environ: Mapping[str, str], cwd: Path, problems: list[str]) -> RawSettings:
    """The settings in `SERENO_*` variables."""
    variables = {row.variable: name for name, row in BY_NAME.items() if ".NAME." not in name}
    variables |= {f"{row.variable}_FILE": f"{name}_file" for name, row in BY_NAME.items() if row.secret}
    found: RawSettings = {}
    if UPSTREAM_VARIABLE in environ:
        items = [item for item in environ[UPSTREAM_VARIABLE].split(",") if item.strip()]
        _upstreams(found, items, UPSTREAM_VARIABLE, cwd, problems)
    for variable, value in environ.items():
        if not variable.startswith("SERENO_") or variable in _RESERVED:
            continue
        name = variables.get(variable) or _named_variable(variable)
        if name is None:
            hint = suggestion(variable, [*variables, UPSTREAM_VARIABLE, CONFIG_VARIABLE])
            problems.append(f"the environment variable {variable} is no setting{hint}")
        else:
            found[name] = Raw(value, variable, cwd)
    return found


def _named_variable(variable: str) -> str | None:
    """`SERENO_UPSTREAMS_GPU_URL` → `upstreams.gpu.url`."""
    for name in sorted(BY_NAME, key=len, reverse=True):  # of two fields that end alike the longer one is meant
        kind, row, field = name.partition(".NAME.")
        beginning, end = f"SERENO_{kind.upper()}_", f"_{field.upper()}"
        if row and variable.startswith(beginning) and variable.endswith(end):
            middle = variable[len(beginning) : -len(end)]
            if middle:
                return f"{kind}.{middle.lower()}.{field}"
    return None


def from_options(options: Iterable[tuple[str, str]], cwd: Path, problems: list[str]) -> RawSettings:
    """The settings of a command line.

    Args:
        options: (option, value), for instance `("--listen", "127.0.0.1:0")`; `--set` takes `NAME=VALUE`.
        cwd: folder that relative paths start from.
        problems: where mistakes go.
    """
    by_option = {row.option: row.name for row in BY_NAME.values() if row.option}
    found: RawSettings = {}
    pairs = list(options)
    _upstreams(found, [value for option, value in pairs if option == "--upstream"], "--upstream", cwd, problems)
    for option, value in pairs:
        if option == "--upstream":
            continue
        name = by_option.get(option, "")
        given = value
        if option == "--set":
            name, equals, given = (part.strip() for part in value.partition("="))
            if not equals:
                problems.append(f"--set {value}: expected NAME=VALUE such as gateway.idle_timeout=30s")
                continue
            if not _known(name):
                problems.append(f"--set {value}: {unknown_name(name)}")
                continue
        row = find(name)
        if row is not None and row.secret:
            problems.append(
                f"{name} is a secret and every user of this machine can read command lines; "
                f"put it into a file and say {name}_file=PATH, or use {row.variable}"
            )
            continue
        found[name] = Raw(given, option if option != "--set" else f"--set {name}", cwd)
    return found


def _upstreams(found: RawSettings, items: Iterable[str], origin: str, cwd: Path, problems: list[str]) -> None:
    """`[NAME=]URL`: the model servers in use, instead of those of earlier sources (see `load`)."""
    for item in items:
        head, equals, tail = item.partition("=")
        name, value = (head.strip(), tail.strip()) if equals and "://" not in head else ("default", item.strip())
        key = f"upstreams.{name}.url"
        if not _NAME.fullmatch(name):
            problems.append(f"{origin} {item}: {name!r} is no name for a model server; {NAMES}")
        elif key in found and found[key].origin == origin:
            problems.append(f"{origin} names the model server {name!r} twice; give each a name: NAME=URL")
        else:
            found[key] = Raw(value, origin, cwd)


NAMES = "expected up to 32 lower-case letters, digits, - or _, beginning with a letter or digit"


def _known(name: str) -> bool:
    parts = name.split(".")
    if parts[0] in NAMED and (len(parts) != 3 or not _NAME.fullmatch(parts[1])):
        return False
    if find(name) is not None:
        return True
    row = find(name.removesuffix("_file")) if name.endswith("_file") else None
    return row is not None and row.secret


def unknown_name(name: str) -> str:
    """The sentence for a name that is no setting."""
    parts = name.split(".")
    if parts[0] in NAMED and len(parts) > 1:
        if not _NAME.fullmatch(parts[1]):
            what = "a model server" if parts[0] == "upstreams" else f"[{parts[0]}.NAME]"
            return f"{parts[1]!r} is no name for {what}; {NAMES}"
        names = [row.replace("NAME", parts[1], 1) for row in BY_NAME if row.startswith(f"{parts[0]}.NAME.")]
    else:
        names = [row for row in BY_NAME if ".NAME." not in row]
    return f"{name} is no setting{suggestion(name, names)}"
