"""llama.cpp on a machine without GCC's OpenMP runtime."""

import ctypes
import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from sereno.demo import library as room
from sereno.errors import ConfigError

LACKING = "libgomp.so.1: cannot open shared object file: No such file or directory"


def lacking(_name: str) -> ModuleType:
    raise ImportError(LACKING)


def test_a_missing_runtime_is_named_with_the_way_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "import_module", lacking)
    with pytest.raises(ConfigError, match="apt install libgomp1"):
        room.library(tmp_path)


def test_a_copy_beside_the_environment_is_loaded_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / room.RUNTIME).write_bytes(b"")
    loaded: list[str] = []

    def load(path: str, mode: int) -> None:
        loaded.append(path)
        assert mode == ctypes.RTLD_GLOBAL

    monkeypatch.setattr(ctypes, "CDLL", load)
    monkeypatch.setattr(
        room, "import_module", lambda name: importlib.import_module("json") if loaded else lacking(name)
    )
    assert room.library(tmp_path).__name__ == "json"
    assert loaded == [str(tmp_path / room.RUNTIME)]


def test_another_import_error_is_not_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_name: str) -> ModuleType:
        raise ImportError("libc.so.6: version `GLIBC_9' not found")

    monkeypatch.setattr(room, "import_module", broken)
    with pytest.raises(ImportError, match="GLIBC_9"):
        room.library(tmp_path)


def test_the_script_does_nothing_where_there_is_one(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    (tmp_path / "libgomp.so.1").write_bytes(b"kept")
    subprocess.run([root / "tools" / "libgomp.sh", tmp_path], check=True)
    assert (tmp_path / "libgomp.so.1").read_bytes() == b"kept"
    assert sys.platform != "linux" or list(tmp_path.iterdir()) == [tmp_path / "libgomp.so.1"]
