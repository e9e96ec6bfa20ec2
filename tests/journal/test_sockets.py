"""Gateway and keeper compute the same socket path, and it is private."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from sereno.errors import ConfigError
from sereno.journal.sockets import keeper_socket, prepare_socket_folder


def test_a_short_folder_keeps_its_socket_inside(tmp_path: Path) -> None:
    data = Path("/srv/sereno")
    assert keeper_socket(data) == Path("/srv/sereno/run/keeper.sock")


def test_a_long_one_gets_a_short_path_that_binds_and_is_private(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 30)
    path = prepare_socket_folder(data)
    try:
        assert len(os.fsencode(path)) <= 100
        assert path == keeper_socket(tmp_path / "." / ("long" * 30)), "however DATA is written"
        assert path != keeper_socket(tmp_path / ("other" * 30))
        assert path.parent.stat().st_mode & 0o777 == 0o700
        with socket.socket(socket.AF_UNIX) as sock:
            sock.bind(str(path))
    finally:
        path.unlink(missing_ok=True)
        path.parent.rmdir()


def test_somebody_elses_folder_is_refused(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 30)
    folder = keeper_socket(data).parent
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder.symlink_to(elsewhere)
    try:
        with pytest.raises(ConfigError, match="remove it and start again"):
            prepare_socket_folder(data)
    finally:
        folder.unlink()


def test_an_open_folder_is_closed(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir(mode=0o755)
    path = prepare_socket_folder(tmp_path)
    assert path.parent.stat().st_mode & 0o777 == 0o700 or len(os.fsencode(tmp_path)) > 80
