"""What a setting's value may look like: how it is read, what was expected when it is wrong, how it is shown.

A value arrives as text (environment, command line) or as a TOML value; `read` turns either into the value
that rooms use (bytes, seconds, `Address`, …) and raises `ValueError` for anything else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit

import msgspec

T = TypeVar("T")
N = TypeVar("N", int, float)
Reader = Callable[[object, Path], T]
"""(value as given, folder that relative paths start from) → value; `ValueError` if it is wrong."""

OFF_WORDS = frozenset({"", "off", "none", "unlimited", "never"})
"""Words that mean "no limit" where a setting may be switched off."""
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})
_SIZE_UNITS = {
    "": 1, "b": 1, "k": 1024, "kib": 1024, "kb": 1000, "m": 1024**2, "mib": 1024**2, "mb": 1000**2,
    "g": 1024**3, "gib": 1024**3, "gb": 1000**3, "t": 1024**4, "tib": 1024**4, "tb": 1000**4,
}  # fmt: skip
_DURATION_UNITS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)\s*([a-zA-Z]*)", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9_.*-]{1,253}", re.ASCII)


class Kind(msgspec.Struct, Generic[T], frozen=True):
    """One kind of value.

    Attributes:
        name: what the reference calls it.
        expected: what a right value is, with an example, to end the sentence "expected …".
        read: see `Reader`.
        show: text of a value, which `read` reads back to the same value.
    """

    name: str
    expected: str
    read: Reader[T]
    show: Callable[[T], str]


class Address(msgspec.Struct, frozen=True):
    """Where a server listens: a host name or address, without brackets, and a port (0: any free one)."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Secret(msgspec.Struct, frozen=True):
    """A value that must not be shown; printing it prints stars."""

    value: str

    def reveal(self) -> str:
        """The secret itself, for the one place that sends it."""
        return self.value

    def __str__(self) -> str:
        return "***" if self.value else ""

    def __repr__(self) -> str:
        return f"Secret({str(self)!r})"


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not text")  # noqa: TRY004  one error type for whatever is wrong with a value
    if "\x00" in value:
        raise ValueError("NUL in text")
    return value.strip()


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = _text(value).lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError("neither true nor false")


def _whole(value: object) -> int:
    if isinstance(value, bool):
        raise ValueError("a truth value is not a number")  # noqa: TRY004  see _text
    if isinstance(value, int):
        return value
    text = _text(value).replace("_", "")
    if not re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
        raise ValueError("not a whole number")
    return int(text)


def _quantity(value: object, units: Mapping[str, float]) -> float:
    """A number, or a number with a unit."""
    if isinstance(value, bool):
        raise ValueError("a truth value is not a number")  # noqa: TRY004  see _text
    if isinstance(value, (int, float)):
        number, factor = float(value), 1.0
    else:
        match = _QUANTITY.fullmatch(_text(value))
        if match is None:
            raise ValueError("not a number with a unit")
        if match[2].lower() not in units:
            raise ValueError(f"unknown unit {match[2]!r}")
        number, factor = float(match[1]), units[match[2].lower()]
    if not 0 <= number < 1e15:
        raise ValueError("out of range")
    return number * factor


def _amount(value: object) -> float:
    if isinstance(value, bool):
        raise ValueError("a truth value is not a number")  # noqa: TRY004  see _text
    if isinstance(value, (int, float)):
        return float(value)
    text = _text(value)
    if not _NUMBER.fullmatch(text):
        raise ValueError("below 0" if _NUMBER.fullmatch(text.removeprefix("-")) else "not a number")
    return float(text)


def _show_quantity(value: float, units: tuple[tuple[str, float], ...]) -> str:
    """The value in the largest unit that leaves a whole number; bare when none does."""
    for unit, factor in units:
        if value and value % factor == 0:
            return f"{int(value / factor)}{unit}"
    return f"{value:f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


def show_size(value: int) -> str:
    """`4194304` → `4MiB`."""
    return _show_quantity(value, (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024))) if value else "0"


def show_duration(value: float) -> str:
    """`90.0` → `90s`, `7200.0` → `2h`."""
    if 0 < value < 1:
        return f"{value * 1000:g}ms"
    if value % 1:
        return _show_quantity(value, ()) + "s"
    return _show_quantity(value, (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))) if value else "0s"


def _address(value: object, _base: Path) -> Address:
    text = _text(value)
    if "://" in text or "/" in text:
        raise ValueError("a URL is not an address")
    host, colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if bracketed:
        host = host[1:-1]
        if not re.fullmatch(r"[0-9a-fA-F:.]+(%[\w.]+)?", host, re.ASCII):
            raise ValueError("no IPv6 address between the brackets")
    elif ":" in host:
        raise ValueError("an IPv6 address needs brackets")
    if not colon or not re.fullmatch(r"\d{1,5}", port, re.ASCII) or int(port) > 65535:
        raise ValueError("no port from 0 to 65535 at the end")
    if host in {"", "*"}:
        host = "0.0.0.0"  # noqa: S104  what `:11434` means to everyone; `up` refuses it without a key
    elif not bracketed and not _HOST.fullmatch(host):
        raise ValueError("not a host name")
    return Address(host, int(port))


def _http_url(value: object, *, rooted: bool) -> str:
    text = _text(value)
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("no http:// or https:// with a host")
    if rooted and parts.path not in {"", "/"}:
        raise ValueError("it has a path")
    if parts.port == 0 or parts.query or parts.fragment:  # .port raises ValueError itself above 65535
        raise ValueError("port 0, a query or a fragment makes no sense here")
    if parts.username or parts.password:
        raise ValueError("credentials do not belong into the address")
    if any(c.isspace() or ord(c) < 33 for c in text):
        raise ValueError("white space in a URL")
    return text.rstrip("/")


def read_path(value: object, base: Path) -> Path:
    """A path as somebody wrote it, from the folder it starts at; `ValueError` if it cannot be one."""
    text = _text(value)
    if not text:
        raise ValueError("empty")
    try:
        return base / Path(text).expanduser()
    except RuntimeError as error:  # ~name of a user there is not
        raise ValueError("no such home folder") from error


def _items(value: object) -> list[object]:
    if isinstance(value, list):
        return value
    return [item.strip() for item in _text(value).split(",") if item.strip()]


def text() -> Kind[str]:
    """Free text."""
    return Kind("text", "text", lambda value, _base: _text(value), str)


def boolean() -> Kind[bool]:
    """True or false."""
    return Kind("true or false", "true or false", lambda v, _base: _boolean(v), lambda v: "true" if v else "false")


def integer(low: int, high: int) -> Kind[int]:
    """A whole number between two bounds, both included."""

    def read(value: object, _base: Path) -> int:
        number = _whole(value)
        if not low <= number <= high:
            raise ValueError("out of range")
        return number

    return Kind("whole number", f"a whole number from {low} to {high}", read, str)


def amount(high: float) -> Kind[float]:
    """A number from 0 to a bound, fractions included."""

    def read(value: object, _base: Path) -> float:
        number = _amount(value)
        if not 0 <= number <= high:  # true for NaN
            raise ValueError("below 0" if number < 0 else "out of range")
        return number

    return Kind("number", f"a number from 0 to {high:,.0f} such as 0.15", read, lambda value: f"{value!r}")


def _measured(
    name: str,
    expected: str,
    units: Mapping[str, float],
    low: N,
    too_low: str,
    convert: Callable[[float], N],
    show: Callable[[N], str],
) -> Kind[N]:
    """A number with a unit, at least `low`."""

    def read(value: object, _base: Path) -> N:
        number = convert(_quantity(value, units))
        if number < low:
            raise ValueError(too_low)
        return number

    return Kind(name, f"{expected}, at least {show(low)}" if low else expected, read, show)


def size(low: int = 0) -> Kind[int]:
    """Bytes: a number, or text such as `4MiB`."""
    expected = 'a size in bytes such as "64MiB" or 65536'
    return _measured("size", expected, _SIZE_UNITS, low, "too small", round, show_size)


def duration(low: float = 0.0) -> Kind[float]:
    """Seconds: a number, or text such as `30s`, `5m`, `250ms`."""
    expected = 'a duration such as "30s", "5m" or "250ms"'
    return _measured("duration", expected, _DURATION_UNITS, low, "too short", float, show_duration)


def optional(kind: Kind[T]) -> Kind[T | None]:
    """The same, or `off`, which is None."""

    def read(value: object, base: Path) -> T | None:
        if value is False or (isinstance(value, str) and value.strip().lower() in OFF_WORDS):
            return None
        return kind.read(value, base)

    return Kind(
        f"{kind.name} or off", f'{kind.expected}, or "off"', read, lambda v: "off" if v is None else kind.show(v)
    )


def address() -> Kind[Address]:
    """HOST:PORT."""
    return Kind("address", 'HOST:PORT such as "127.0.0.1:11434" or "[::1]:11434"', _address, str)


def url(*, rooted: bool = False) -> Kind[str]:
    """An http or https URL without query, credentials or trailing slash; a rooted one has no path either."""
    without = " without a path" if rooted else ""
    return Kind(
        "URL",
        f'a URL such as "http://127.0.0.1:11435"{without}',
        lambda value, _base: _http_url(value, rooted=rooted),
        str,
    )


def path() -> Kind[Path]:
    """A file or folder; relative ones start at the folder of the file (or the working folder) that names them."""
    return Kind("path", "the path of a file or folder", read_path, str)


def named() -> Kind[str]:
    """A name of something that comes with Sereno, or, where it has a dot or a slash, a file as `path` has it."""

    def read(value: object, base: Path) -> str:
        given = _text(value)
        return str(read_path(given, base)) if "/" in given or "." in given else given

    return Kind("name or path", "a name, or the path of a file", read, str)


def paths() -> Kind[tuple[Path, ...]]:
    """Files or folders, each as `path` has it."""

    def read(value: object, base: Path) -> tuple[Path, ...]:
        return tuple(read_path(item, base) for item in _items(value))

    return Kind("list of paths", 'a list such as ["a.yaml", "b.yaml"]', read, lambda items: ",".join(map(str, items)))


def choice(*words: str) -> Kind[str]:
    """One of these words."""
    expected = "one of " + ", ".join(words)

    def read(value: object, _base: Path) -> str:
        word = _text(value).lower()
        if word not in words:
            raise ValueError("not one of the words")
        return word

    return Kind(" \\| ".join(f"`{word}`" for word in words), expected, read, str)


def texts(*, commas: bool = False) -> Kind[tuple[str, ...]]:
    """A list of texts: a TOML array, or text with commas between them.

    Args:
        commas: whether commas may stand in items too; outside of TOML such a list is a JSON array.
    """

    def read(value: object, _base: Path) -> tuple[str, ...]:
        items = tuple(item for item in map(_text, (commas and _json_items(value)) or _items(value)) if item)
        if not commas and any("," in item for item in items):
            raise ValueError("a comma inside an item")
        return items

    def show(items: tuple[str, ...]) -> str:
        text = ",".join(items)
        return json.dumps(items) if commas and (any("," in item for item in items) or _json_items(text)) else text

    return Kind("list of texts", 'a list such as ["a", "b"] (in the environment "a,b")', read, show)


def _json_items(value: object) -> list[object] | None:
    """The items of a text that is a JSON array."""
    try:
        found = json.loads(value) if isinstance(value, str) and value.strip().startswith("[") else None
    except ValueError:
        return None
    return found if isinstance(found, list) else None


def secret() -> Kind[Secret]:
    """Text that is never shown."""
    return Kind("secret", "text", lambda value, _base: Secret(_text(value)), str)
