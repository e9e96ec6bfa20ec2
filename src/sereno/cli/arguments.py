"""A small reader of command lines, for the one command that must start fast."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sereno.config.nearest import suggestion
from sereno.errors import ConfigError


def read_options(arguments: Sequence[str], known: Collection[str]) -> list[tuple[str, str]]:
    """`--name value` and `--name=value` in the order given.

    Raises:
        ConfigError: an option is not known or has no value, or something is no option.
    """
    pairs = []
    rest = list(arguments)
    while rest:
        option, equals, value = rest.pop(0).partition("=")
        if option not in known:
            hint = suggestion(option, known) or f"; it takes {', '.join(sorted(known))}"
            raise ConfigError(f"{option} is no option of sereno gateway{hint}")
        if not equals:
            if not rest:
                raise ConfigError(f"{option} needs a value")
            value = rest.pop(0)
        pairs.append((option, value))
    return pairs
