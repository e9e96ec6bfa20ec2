"""`DATA/keys.json`: the Sereno keys that were issued, as a JSON list of `trust.keys.Key`; mode 0600.

It holds hashes, no secrets. It is replaced as a whole (write, fsync, rename), so a reader sees the old list or the new.
Changes take `DATA/keys.lock`, so that two commands at once lose nothing.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from sereno import conventions
from sereno.errors import ConfigError
from sereno.store.whole_file import replace_whole
from sereno.trust.keys import Key

_decoder = msgspec.json.Decoder(list[Key])


def keys_path(data: Path) -> Path:
    """Where the keys of a data folder are."""
    return data / conventions.KEYS_FILE


def read_keys(data: Path) -> tuple[Key, ...]:
    """The keys issued, oldest first; none when there is no file.

    Raises:
        ConfigError: the file cannot be read or is not a list of keys. Whoever enforces keys must then close.
    """
    path = keys_path(data)
    try:
        return tuple(_decoder.decode(path.read_bytes()))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ConfigError(f"the keys in {path} cannot be read: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise ConfigError(
            f"{path} is not a list of keys ({error}); restore it, or remove it and issue new keys"
        ) from error


def change_keys(data: Path, change: Callable[[Sequence[Key]], Sequence[Key]]) -> tuple[Key, ...]:
    """Replace the list by what `change` makes of it; returns the new list.

    Raises:
        ConfigError: the file cannot be read or written.
    """
    with _locked(data):
        keys = tuple(change(read_keys(data)))
        _replace(keys_path(data), msgspec.json.format(msgspec.json.encode(keys), indent=2) + b"\n")
    return keys


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    try:
        descriptor = os.open(data / "keys.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ConfigError(f"keys cannot be changed in {data}: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(path: Path, content: bytes) -> None:
    try:
        replace_whole(path, content)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from error
