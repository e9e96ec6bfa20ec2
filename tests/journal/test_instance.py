"""DATA's identity and its privacy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from sereno.errors import ConfigError
from sereno.journal.instance import instance_id, prepare_data


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_folders_are_private_and_the_id_stays(tmp_path: Path) -> None:
    data = tmp_path / "deep" / "data"
    first = prepare_data(data)
    assert str(UUID(first)) == first == (data / "instance").read_text()
    assert prepare_data(data) == first
    assert [mode(data / name) for name in (".", "run", "journal")] == [0o700] * 3
    assert mode(data / "instance") == 0o600


def test_an_open_folder_of_ours_is_closed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    prepare_data(data)
    assert mode(data) == 0o700


def test_a_folder_that_all_may_write_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(0o1777)
    with pytest.raises(ConfigError, match=r"shared with other users: give a folder of your own with --data"):
        prepare_data(data)


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(ConfigError, match=r"data cannot be used \(File exists"):
        prepare_data(tmp_path / "data")


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff" * 100])
def test_an_id_that_is_none_is_named_with_the_way_out(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "instance").write_bytes(content)
    with pytest.raises(ConfigError, match="expected a UUID: restore it from a backup, or delete it"):
        instance_id(tmp_path)


def test_processes_that_come_at_once_agree(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from sereno.journal.instance import prepare_data\n"
    code += "sys.stdin.read(); print(prepare_data(Path(sys.argv[1])))"
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "data")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(6)
    ]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.flush()
    answers = {racer.communicate(timeout=60)[0] for racer in racers}
    assert len(answers) == 1
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["instance", "journal", "run"]
