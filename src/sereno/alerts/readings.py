"""Values as Prometheus's templates write them (`template/template.go`): what the generated tests expect to read."""

from __future__ import annotations

import math

_SMALL = ("", "m", "u", "n", "p", "f", "a", "z", "y")
_LARGE = ("", "k", "M", "G", "T", "P", "E", "Z", "Y")
_BINARY = ("", "ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi")


def share(value: float) -> str:
    """As `humanizePercentage`.

    >>> share(0.0525), share(0.06)
    ('5.25%', '6%')
    """
    return f"{value * 100:.4g}%"


def seconds(value: float) -> str:
    """As `humanizeDuration`.

    >>> seconds(0.25), seconds(5.8333), seconds(90), seconds(7200), seconds(90000)
    ('250ms', '5.833s', '1m 30s', '2h 0m 0s', '1d 1h 0m 0s')
    """
    if value < 1:
        step = 0
        while value < 1 and value and step < len(_SMALL) - 1:
            value, step = value * 1000, step + 1
        return f"{value:.4g}{_SMALL[step]}s"
    if value < 60:
        return f"{value:.4g}s"
    minutes, rest = divmod(int(value), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}d {hours}h {minutes}m {rest}s"
    return f"{hours}h {minutes}m {rest}s" if hours else f"{minutes}m {rest}s"


def number(value: float) -> str:
    """As `humanize`, from 1 on.

    >>> number(12000), number(950)
    ('12k', '950')
    """
    step = min(int(math.log(value, 1000) + 1e-12), len(_LARGE) - 1) if value >= 1 else 0
    return f"{value / 1000**step:.4g}{_LARGE[step]}"


def bytes_(value: float) -> str:
    """As `humanize1024` with a B behind it.

    >>> bytes_(4 * 1024**3), bytes_(512)
    ('4GiB', '512B')
    """
    step = 0
    while abs(value) >= 1024 and step < len(_BINARY) - 1:
        value, step = value / 1024, step + 1
    return f"{value:.4g}{_BINARY[step]}B"
