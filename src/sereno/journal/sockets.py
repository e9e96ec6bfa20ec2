"""Where the keeper listens for the gateways: one rule, computed alike on both sides."""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path

from sereno.conventions import KEEPER_SOCKET, RUN_DIR
from sereno.errors import ConfigError

MAX_PATH = 100
"""Bytes of a socket's path that every system takes: `sun_path` is 108 on Linux, 104 on macOS, with a NUL."""


def keeper_socket(data: Path) -> Path:
    """The keeper's Unix socket for a DATA folder: `DATA/run/keeper.sock`, or a short path where that is too long.

    The short path is a folder named by uid and a hash of DATA's real path below `/tmp`; `prepare_socket_folder`
    makes it, private to the user.
    """
    data = data.resolve()
    path = data / RUN_DIR / KEEPER_SOCKET
    if len(os.fsencode(path)) <= MAX_PATH:
        return path
    digest = blake2b(os.fsencode(data), digest_size=8).hexdigest()
    # /tmp and not TMPDIR, which may differ between gateway and keeper; prepare_socket_folder refuses a foreign folder.
    return Path("/tmp") / f"sereno-{os.getuid()}-{digest}" / KEEPER_SOCKET  # noqa: S108 - checked: see above


def prepare_socket_folder(data: Path) -> Path:
    """Make the folder of the keeper's socket, 0700 and ours, and return the socket's path.

    Raises:
        ConfigError: somebody else owns the folder, or it is a link.
    """
    path = keeper_socket(data)
    folder = path.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink():
        raise ConfigError(f"{folder} is a link, not this user's own folder: remove it and start again")
    if found.st_uid != os.getuid():
        raise ConfigError(
            f"{folder} is not this user's own folder (owner uid {found.st_uid}): remove it and start again"
        )
    if found.st_mode & 0o077:
        folder.chmod(0o700)
    return path
