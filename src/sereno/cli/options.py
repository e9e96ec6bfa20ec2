"""Settings as options of a command: the table gives name, help and default, `load` the value."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from sereno.config import Loaded, load
from sereno.config.setting import Setting
from sereno.config.table import BY_NAME, DEFAULT_UPSTREAM
from sereno.errors import ConfigError

METAVARS = {"address": "HOST:PORT", "URL": "URL", "path": "PATH", "whole number": "N"}
_CONFIG = "File of settings instead of ./sereno.toml and ~/.config/sereno/sereno.toml."
_SET = "Any other setting, for instance gateway.idle_timeout=30s; may be repeated."


def load_settings(options: Iterable[tuple[str, str]] = (), config: str | None = None) -> Loaded:
    """The settings of this process: `sources` over its environment, working folder and home.

    Raises:
        ConfigError: one of them is wrong.
    """
    if config == "":
        raise ConfigError("--config is empty; expected a file of settings, or none for none")
    return load(environ=os.environ, cwd=Path.cwd(), home=Path.home(), options=options, config=config)


def settings(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command options for these settings, `--config` and `--set`; it receives `loaded: Loaded` first."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        added = {_argument(name): BY_NAME[name] for name in names}

        def command(**values: Any) -> Any:
            pairs: list[tuple[str, str]] = []
            for argument, row in added.items():
                given = values.pop(argument)
                items = given if isinstance(given, list | tuple) else [given]
                # An empty one is no default: a script may have lost what it meant to name.
                pairs += [(row.option, item) for item in items if item is not None]
            pairs += [("--set", item) for item in values.pop("set_") or ()]
            return function(load_settings(pairs, values.pop("config")), **values)

        parameters = [*own, *(_parameter(name) for name in names)]
        parameters.append(_keyword("config", Annotated[str | None, typer.Option(help=_CONFIG, metavar="FILE")]))
        parameters.append(
            _keyword("set_", Annotated[list[str] | None, typer.Option("--set", help=_SET, metavar="NAME=VALUE")])
        )
        positional = [p for p in parameters if p.kind is not inspect.Parameter.KEYWORD_ONLY]
        keyword = [p for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY]
        command.__dict__["__signature__"] = inspect.Signature([*positional, *keyword])  # read by typer
        command.__annotations__ = {p.name: p.annotation for p in parameters}
        command.__name__ = function.__name__
        command.__doc__ = function.__doc__
        return command

    return decorate


def _argument(name: str) -> str:
    return BY_NAME[name].option.removeprefix("--").replace("-", "_")


def _parameter(name: str) -> inspect.Parameter:
    row = BY_NAME[name]
    help_text = row.help.replace("`", "")
    if name == "upstreams.NAME.url":
        help_text = "The model server; may be repeated, with a name each."
        default = DEFAULT_UPSTREAM.url
        option = typer.Option(row.option, help=f"{help_text}  [default: {default}]", metavar="[NAME=]URL")
        return _keyword(_argument(name), Annotated[list[str] | None, option])
    default = row.kind.show(row.default)
    shown = f"{help_text}  [default: {default}]" if default not in {"", "off"} else help_text
    option = typer.Option(row.option, help=shown, metavar=_metavar(row))
    return _keyword(_argument(name), Annotated[str | None, option])


def _metavar(row: Setting) -> str:
    kind = row.kind.name.removesuffix(" or off")
    return kind.replace("`", "").replace(" \\| ", "|") if "`" in kind else METAVARS.get(kind, "VALUE")


def _keyword(name: str, annotation: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
