"""Which DATA folder this is: a UUID made by whoever comes first, and folders only the owner can enter."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from uuid import UUID, uuid4

from sereno.conventions import INSTANCE_FILE, JOURNAL_DIR, RUN_DIR
from sereno.errors import ConfigError


def prepare_data(data: Path) -> str:
    """Make DATA, DATA/run and DATA/journal, private to the user, and return the instance's UUID text.

    Raises:
        ConfigError: the folder cannot be made or made private, or its `instance` file is not a UUID.
    """
    if (data / RUN_DIR).is_symlink():  # who opens the socket there speaks for every peer
        raise ConfigError(f"{data / RUN_DIR} is a link, not this user's own folder: remove it and start again")
    try:
        for folder in (data, data / RUN_DIR, data / JOURNAL_DIR):
            _make_private(folder)
        return instance_id(data)
    except OSError as error:
        raise ConfigError(
            f"the data folder {data} cannot be used ({error.strerror}: {error.filename}): "
            "give one that you own and can write with --data DIR"
        ) from error


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.stat()
    if not found.st_mode & 0o077:
        return
    if found.st_mode & stat.S_ISVTX or found.st_uid != os.getuid():
        raise ConfigError(f"{folder} is shared with other users: give a folder of your own with --data DIR")
    folder.chmod(0o700)


def instance_id(data: Path) -> str:
    """The UUID text in `DATA/instance`, made now if there is none. Two processes that try at once get the same.

    Raises:
        ConfigError: the file holds something else.
    """
    path = data / INSTANCE_FILE
    if not path.exists():
        # A whole file appears under its name or none: a link to a finished file, which fails if somebody was first.
        draft = data / f".{INSTANCE_FILE}-{uuid4().hex}"
        fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.write(fd, str(uuid4()).encode())
            os.fsync(fd)
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            os.close(fd)
            draft.unlink(missing_ok=True)
    text = path.read_bytes()[:64].decode("ascii", "replace").strip()
    try:
        return str(UUID(text))
    except ValueError:
        raise ConfigError(
            f"{path} holds {text!r}, expected a UUID: restore it from a backup, or delete it to begin a new record"
        ) from None
