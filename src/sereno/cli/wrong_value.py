"""What typer says of a wrong value, in our words: what was given and what was expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

_PLAIN = {int: "a whole number", float: "a number", datetime: "a day such as 2024-01-31"}


def wrong_value(error: Any) -> str:
    """The sentence for a value that typer refuses, without its end; "" if typer's own words serve better.

    Args:
        error: what typer raised: it names the parameter, and its cause, a validation error, the value.
    """
    parameter, cause = getattr(error, "param", None), getattr(error, "__cause__", None)
    if parameter is None or cause is None or not hasattr(cause, "errors"):
        return ""
    wanted = _expected(parameter)
    name = next((one for one in parameter.opts if one.startswith("--")), parameter.metavar or parameter.name)
    return wanted and f"{name} is {str(cause.errors()[0]['input'])[:200]!r}; expected {wanted}"


def empty_path(command: Any, arguments: Sequence[str]) -> str:
    """The first option of a command line that must name a file or folder and is empty; "" if there is none.

    To `pathlib` an empty text is the working folder, which is never what a script with an unset variable means.
    """
    for name in arguments:
        command = getattr(command, "commands", {}).get(name, command)
    paths = {option for parameter in command.params if Path in _kinds(parameter) for option in parameter.opts}
    for name, value in zip_longest(arguments, arguments[1:]):
        if (name in paths and value == "") or (name.endswith("=") and name[:-1] in paths):
            return str(name.removesuffix("="))
    return ""


def _kinds(parameter: Any) -> Iterator[Any]:
    """The plain types that a parameter's annotation is made of."""
    described = getattr(parameter, "type_descriptor", None)  # typer before 0.29 describes them otherwise
    return iter(()) if described is None else _parts(described.annotation)


def _parts(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in {Union, UnionType, Annotated, list, tuple}:
        for part in get_args(annotation):
            yield from _parts(part)
    else:
        yield annotation


def _expected(parameter: Any) -> str:
    for kind in _kinds(parameter):
        if get_origin(kind) is Literal:
            return f"one of {', '.join(map(str, get_args(kind)))}"
        if kind in _PLAIN:
            return _PLAIN[kind] + _between(getattr(parameter, "min", None), getattr(parameter, "max", None))
    return ""


def _between(low: float | None, high: float | None) -> str:
    if low is None:
        return "" if high is None else f" up to {high}"
    return f" from {low} on" if high is None else f" from {low} to {high}"
