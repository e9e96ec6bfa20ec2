"""The API's query parameters as options: `min_latency` is `--min-latency`, read by the same rules."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from sereno.assembly.record import question
from sereno.query.fields import FILTERS, Field

Pairs = list[tuple[str, str]]
"""Query parameters as the API receives them."""
_METAVARS = {"text": "TEXT", "name": "NAME", "time": "TIME", "integer": "N", "seconds": "SECONDS"}


def filters(*more: Field) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command an option for every filter of calls and for `more`, as `parameters` does."""
    return parameters(*FILTERS, *more)


def parameters(*asked: Field) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command an option for each of these; it receives them as `pairs: Pairs` (keyword)."""
    fields = {field.name: field for field in asked}

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        own = [p for p in inspect.signature(function, eval_str=True).parameters.values() if p.name != "pairs"]

        def command(*positional: Any, **values: Any) -> Any:
            pairs = [(name, text) for name in fields if (text := values.pop(name)) is not None]
            question(pairs, tuple(fields.values()), time.time())  # a wrong filter is told even where no record is
            return function(*positional, pairs=pairs, **values)

        options = sorted([*own, *(_parameter(field) for field in fields.values())], key=lambda p: p.kind)
        command.__dict__["__signature__"] = inspect.Signature(options)
        command.__annotations__ = {p.name: p.annotation for p in options}
        command.__name__ = function.__name__
        command.__doc__ = function.__doc__
        return command

    return decorate


def _parameter(field: Field) -> inspect.Parameter:
    metavar = "|".join(field.choices) if field.choices else _METAVARS.get(field.kind, "VALUE")
    default = f"  [default: {field.default}]" if field.default else ""
    option = typer.Option("--" + field.name.replace("_", "-"), help=_help(field) + default, metavar=metavar)
    return inspect.Parameter(
        field.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[str | None, option]
    )


def _help(field: Field) -> str:
    text = field.help.replace("`", "")
    return f"{text} For instance {field.example}." if field.kind == "time" else text


def without(pairs: Sequence[tuple[str, str]], *names: str) -> Pairs:
    """The parameters except these."""
    return [(name, text) for name, text in pairs if name not in names]
