"""A function as a step of an application: the decorator."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from typing import Any, ParamSpec, TypeVar, overload

from sereno.sdk.span import Kind, Value, span

P = ParamSpec("P")
R = TypeVar("R")


@overload
def traced(function: Callable[P, R], /) -> Callable[P, R]: ...


@overload
def traced(
    name: str | None = None, /, *, user: str | None = None, session: str | None = None, kind: Kind = "internal",
    attributes: dict[str, Value] | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...  # fmt: skip


def traced(
    name: Callable[..., Any] | str | None = None,
    /,
    *,
    user: str | None = None,
    session: str | None = None,
    kind: Kind = "internal",
    attributes: dict[str, Value] | None = None,
) -> Any:
    """Each call of the function is a step, as if its body stood in `with span(name):`.

    Args:
        name: of the step; the function's own name without one, so `@traced` alone will do.
        user: as in `span`.
        session: as in `span`.
        kind: as in `span`.
        attributes: as in `span`.

    Raises:
        TypeError: the function is a generator, whose steps happen after it returned: use `with span` inside it.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        if isgeneratorfunction(function) or isasyncgenfunction(function):
            raise TypeError(
                f"{function.__qualname__} is a generator: it returns before it runs; use `with span` inside"
            )
        title = name if isinstance(name, str) else function.__name__

        def step() -> span:
            return span(title, user=user, session=session, kind=kind, attributes=attributes)

        if iscoroutinefunction(function):

            @wraps(function)
            async def waited(*args: Any, **kwargs: Any) -> Any:
                async with step():
                    return await function(*args, **kwargs)

            return waited

        @wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            with step():
                return function(*args, **kwargs)

        return called

    return decorate(name) if callable(name) else decorate
