"""What people write on a command line, read: times, loads, header fields."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from sereno.errors import ConfigError
from sereno.loadtest.profile import Profile, read_stages, steady
from sereno.promql.durations import seconds

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}", re.ASCII)
_VALUE = re.compile(r"[\x20-\x7e\t]{0,8000}")
_OURS = frozenset({"host", "content-length", "content-type", "transfer-encoding", "connection", "expect", "upgrade"})


def read_time(option: str, text: str) -> float:
    """Seconds of a time such as 1m30s; `ConfigError` names the option."""
    try:
        return seconds(text)
    except ValueError as error:
        raise ConfigError(f"{option}: {error}") from None


def read_pause(option: str, text: str) -> tuple[float, float]:
    """A time, or two with a hyphen between.

    >>> read_pause("--think", "1s-3s"), read_pause("--think", "500ms")
    ((1.0, 3.0), (0.5, 0.5))
    """
    least, _, most = text.partition("-")
    return read_time(option, least), read_time(option, most or least)


def read_load(option: str, text: str, duration: float, ramp: float) -> Profile:
    """A level held for `duration` and reached within `ramp`, or stages, which bring times of their own.

    Raises:
        ConfigError: neither; names the option.
    """
    if ":" in text:
        try:
            return read_stages(text)
        except ValueError as error:
            raise ConfigError(f"{option}: {error}") from None
    try:
        level = float(text)
    except ValueError:
        level = math.nan
    if not 0 < level <= 1e6:
        raise ConfigError(f"{option} is {text[:80]!r}; expected a number above 0, or stages such as 30s:0-20,1m:20")
    if duration <= 0 or ramp > duration:
        raise ConfigError("--duration must be above 0 and at least as long as --ramp; expected for instance 1m")
    return steady(level, duration, ramp)


def read_headers(lines: Iterable[str]) -> dict[str, str]:
    """Header fields written as `Name: value`.

    Raises:
        ConfigError: not of this form, or a field that belongs to the connection; values, which may be secret, are not
            repeated.
    """
    found: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name, value = name.strip(), value.strip()
        if not colon or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ConfigError("--header: expected NAME:VALUE in ASCII, for instance 'Authorization: Bearer …'")
        if name.lower() in _OURS:
            raise ConfigError(f"--header: {name} is set by the load test itself; leave it out")
        found[name.lower()] = value
    return found
