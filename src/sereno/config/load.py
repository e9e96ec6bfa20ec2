"""Sources in order: defaults, TOML file, environment, command line; then one validated record.

All mistakes are found in one pass and raised together as one `ConfigError`, a line each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from sereno.config.checks import contradictions
from sereno.config.kinds import Secret, read_path
from sereno.config.sections.upstream import Upstream
from sereno.config.sources import (
    UPSTREAM_VARIABLE,
    Raw,
    RawSettings,
    find_file,
    from_environment,
    from_file,
    from_options,
)  # fmt: skip
from sereno.config.table import BY_NAME, DEFAULT_UPSTREAM, NAMED, SECTIONS, Settings, find
from sereno.errors import ConfigError

DEFAULT_ORIGIN = "default"
NO_FILE = "none"
"""`--config none` reads no file."""


class Loaded(msgspec.Struct, frozen=True):
    """The settings and where each came from.

    Attributes:
        settings: the validated record.
        origins: place by dotted name; names that are missing have their default.
        file: the TOML file that was read, None if there was none.
    """

    settings: Settings
    origins: Mapping[str, str]
    file: Path | None

    def value(self, name: str) -> Any:
        """The value of a dotted name, also `upstreams.gpu.url`; `KeyError` if there is no such setting."""
        section, _, field = name.rpartition(".")
        record: object = self.settings
        kind, _, wanted = section.partition(".")
        if wanted and kind in NAMED:
            record = next((one for one in getattr(self.settings, kind) if one.name == wanted), None)
        elif section:
            record = getattr(self.settings, section, None)
        if record is None or find(name) is None:
            raise KeyError(name)
        return getattr(record, field)


def load(
    *,
    environ: Mapping[str, str],
    cwd: Path,
    home: Path,
    options: Iterable[tuple[str, str]] = (),
    config: str | None = None,
) -> Loaded:
    """Read every source and validate.

    Args:
        environ: environment variables.
        cwd: working folder; relative paths of environment and command line start here.
        home: home folder of the user.
        options: (option, value) of the command line in order; see `sources.from_options`.
        config: TOML file named on the command line; `none` reads no file.

    Raises:
        ConfigError: with one line for every mistake.
    """
    problems: list[str] = []
    file = None if config == NO_FILE else find_file(config, environ, cwd, home)
    layers = [
        from_file(file, problems) if file else {},
        from_environment(environ, cwd, problems),
        from_options(options, cwd, problems),
    ]
    raw = _merge(layers)
    values = {name: _value(name, given, problems) for name, given in raw.items()}
    settings = _build(values, problems, home)
    if not problems:
        problems += contradictions(settings)
    if problems:
        raise ConfigError("\n".join(problems))
    origins = {name.removesuffix("_file") if find(name) is None else name: given.origin for name, given in raw.items()}
    return Loaded(settings, origins, file)


def _merge(layers: Iterable[RawSettings]) -> RawSettings:
    """Later layers win; `--upstream` and `SERENO_UPSTREAM` also drop the model servers they do not name."""
    merged: RawSettings = {}
    for layer in layers:
        chosen = {
            name.split(".")[1]
            for name, given in layer.items()
            if name.startswith("upstreams.") and given.origin in {"--upstream", UPSTREAM_VARIABLE}
        }
        if chosen:
            merged = {n: g for n, g in merged.items() if not n.startswith("upstreams.") or n.split(".")[1] in chosen}
        for name, given in layer.items():
            # A secret and its file are two spellings of one setting.
            twin = name.removesuffix("_file") if find(name) is None else f"{name}_file"
            merged.pop(twin, None)
            merged[name] = given
    return merged


def _value(name: str, given: Raw, problems: list[str]) -> Any:
    row = find(name)
    if row is None:  # NAME_file of a secret
        return _secret_from(name, given, problems)
    try:
        return row.kind.read(given.value, given.base)
    except ValueError as error:
        shown = "the value" if row.secret else _shown(given.value)
        problems.append(f"{given.origin}: {name} is {shown} ({error}); expected {row.kind.expected}")
        return row.default


def _shown(value: object) -> str:
    shown = repr(value) if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return shown if len(shown) <= 80 else shown[:77] + "…"


def _secret_from(name: str, given: Raw, problems: list[str]) -> Secret:
    try:
        path = read_path(given.value, given.base)
        return Secret(path.read_text("utf-8").strip())
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no path of a text file"
        problems.append(f"{given.origin}: {name} names {given.value}, which cannot be read: {reason}")
        return Secret("")


def _build(values: Mapping[str, Any], problems: list[str], home: Path) -> Settings:
    sections: dict[str, dict[str, Any]] = {}
    named: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in NAMED}
    for name, value in values.items():
        section, _, field = name.rpartition(".")
        kind, _, own_name = section.partition(".")
        if own_name and kind in NAMED:
            named[kind].setdefault(own_name, {})[field] = value
        else:
            sections.setdefault(section, {})[field if find(name) else field.removesuffix("_file")] = value
    servers: list[Upstream] = []
    general = False
    for name, fields in named.pop("upstreams").items():
        if fields.get("url") is None:
            if "url" not in fields:
                problems.append(f"the model server {name!r} has no address; set upstreams.{name}.url")
            continue
        if not fields.get("models") and not fields.get("path_prefix"):
            # The first of these takes what nobody else claims; the others are reached under their name.
            fields["path_prefix"] = f"/{name}" if general else ""
            general = True
        servers.append(Upstream(name=name, **fields))
    top = sections.pop("", {})
    if "data" not in top:
        top["data"] = home / Settings().data.relative_to("~")
    records: dict[str, Any] = {section: SECTIONS[section](**fields) for section, fields in sections.items()}
    for kind, described in named.items():
        records[kind] = tuple(SECTIONS[f"{kind}.NAME"](name=name, **fields) for name, fields in described.items())
    return Settings(**top, upstreams=tuple(servers) or (DEFAULT_UPSTREAM,), **records)


def all_names(loaded: Loaded) -> list[str]:
    """Every dotted name in the order of the reference, model servers by their own names."""
    names: list[str] = []
    for section in SECTIONS:
        kind = section.removesuffix(".NAME")
        rows = [name for name in BY_NAME if name.rpartition(".")[0] == section]
        if kind in NAMED:
            fields = [name.rpartition(".")[2] for name in rows]
            names += [f"{kind}.{one.name}.{field}" for one in getattr(loaded.settings, kind) for field in fields]
        else:
            names += rows
    return names
