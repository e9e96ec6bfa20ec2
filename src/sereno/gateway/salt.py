"""The secret that redaction is keyed with: made once per DATA folder, by whoever comes first."""

from __future__ import annotations

import os
from pathlib import Path

from sereno.conventions import REDACTION_SALT_FILE
from sereno.errors import ConfigError

_BYTES = 32


def salt(data: Path) -> bytes:
    """The 32 bytes of `DATA/salt` (0600), made if they are not there. Racing processes end with the same.

    Raises:
        ConfigError: the file cannot be made or is not ours.
    """
    path = data / REDACTION_SALT_FILE
    try:
        return _checked(path, path.read_bytes())
    except FileNotFoundError:
        pass
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}; run as the user who owns the data folder"
        ) from error
    made = data / f".{REDACTION_SALT_FILE}.{os.getpid()}"
    try:
        fd = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with open(fd, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
            file.write(os.urandom(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(made, path)  # fails if another process was first: then its salt is the one
        except FileExistsError:
            pass
    except OSError as error:
        raise ConfigError(f"{path} cannot be made: {error.strerror}; check the data folder's disk and owner") from error
    finally:
        made.unlink(missing_ok=True)
    return _checked(path, path.read_bytes())


def _checked(path: Path, found: bytes) -> bytes:
    if len(found) != _BYTES:
        raise ConfigError(
            f"{path} has {len(found)} bytes instead of {_BYTES}: restore it, or delete it to make a new one"
        )
    return found
