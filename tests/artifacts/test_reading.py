"""Adapters read from folders and GGUF files: what counts, what is hashed, what is refused."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lora.made import config, folder, matrices, safetensors
from lora.test_gguf import written
from sereno.artifacts.base import base_digest_of
from sereno.artifacts.reading import Found, digest_now, read_adapter, source_of
from sereno.lora.document import AdapterError


def read(path: Path) -> Found:
    return read_adapter(source_of(str(path)))


def test_a_peft_folder(tmp_path: Path) -> None:
    found = read(folder(tmp_path / "faq"))
    assert (found.rank, found.alpha, found.base_model) == (8, 16.0, "HuggingFaceTB/SmolLM2-135M-Instruct")
    assert found.training.training_loss == 1.6667
    assert found.artifact.parameters == 4 * 8 * 16
    assert found.artifact.location == str(tmp_path / "faq")


def test_the_digest_is_what_sha256sum_says(tmp_path: Path) -> None:
    at = folder(tmp_path / "faq")
    names = ["adapter_config.json", "adapter_model.safetensors"]
    printed = subprocess.run(["sha256sum", *names], cwd=at, capture_output=True, check=True).stdout
    assert read(at).artifact.digest == hashlib.sha256(printed).hexdigest()


def test_notes_and_training_state_are_no_part_of_the_digest(tmp_path: Path) -> None:
    at = folder(tmp_path / "faq")
    before = read(at)
    (at / "README.md").write_text("other")
    (at / "trainer_state.json").unlink()
    assert digest_now(source_of(str(at)), before.artifact.files) == before.artifact.digest


def test_one_byte_of_the_weights_changes_the_digest(tmp_path: Path) -> None:
    at = folder(tmp_path / "faq")
    before = read(at)
    weights = at / "adapter_model.safetensors"
    raw = bytearray(weights.read_bytes())
    raw[-1] ^= 1
    weights.write_bytes(raw)
    assert digest_now(source_of(str(at)), before.artifact.files) != before.artifact.digest


def test_a_gguf_file_and_a_folder_with_one(tmp_path: Path) -> None:
    written(tmp_path)
    for path in (tmp_path / "a.gguf", tmp_path):
        found = read(path)
        assert (found.artifact.format, found.rank, found.alpha) == ("gguf", 4, 32.0)


def test_several_gguf_files_are_ambiguous(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "b.gguf").write_bytes(b"GGUF")
    with pytest.raises(AdapterError, match="several GGUF files"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["adapter_model.bin", "adapter_model.pt"])
def test_a_pickle_is_refused_and_never_opened(tmp_path: Path, name: str) -> None:
    at = folder(tmp_path / "faq")
    (at / "adapter_model.safetensors").unlink()
    pickle = at / name
    pickle.write_bytes(b"cos\nsystem\n(S'exit 1'\ntR.")
    pickle.chmod(0)  # opening it would fail for anyone but root, and nothing here tries
    with pytest.raises(AdapterError, match="a pickle, and loading one runs its code"):
        read(at)


@pytest.mark.parametrize("raw", [b"\x80\x04\x95", b"PK\x03\x04" + bytes(100)])
def test_a_pickle_under_the_name_of_safetensors_is_refused(tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(AdapterError, match=r"pickle|at least 8"):
        read(folder(tmp_path / "faq", weights=raw.ljust(64, b"\0")))


def test_training_arguments_are_never_opened(tmp_path: Path) -> None:
    at = folder(tmp_path / "faq")
    os.mkfifo(at / "training_args.bin")  # opening it would wait for ever
    assert read(at).rank == 8


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda at: (at / "adapter_model.safetensors").unlink(), "not complete"),
        (lambda at: (at / "adapter_config.json").unlink(), "no adapter_config.json and no GGUF"),
        (lambda at: (at / "adapter_config.json").write_text("{"), "cannot be read as JSON"),
        (lambda at: (at / "trainer_state.json").write_text("[]"), "expected an object"),
        (lambda at: (at / "adapter_config.json").write_text(json.dumps(config(r=16))), "which is it"),
    ],
)
def test_a_broken_folder_is_refused_with_the_reason(tmp_path: Path, change: Any, said: str) -> None:
    at = folder(tmp_path / "faq")
    change(at)
    with pytest.raises(AdapterError, match=said):
        read(at)


def test_no_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(AdapterError, match="No such file"):
        read(tmp_path / "nowhere")
    with pytest.raises(AdapterError, match="No such file"):
        base_digest_of(tmp_path / "nowhere")


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.safetensors"
    secret.write_bytes(safetensors(matrices()))
    at = folder(tmp_path / "faq")
    (at / "adapter_model.safetensors").unlink()
    (at / "adapter_model.safetensors").symlink_to(secret)
    with pytest.raises(AdapterError, match="not complete"):
        read(at)
    with pytest.raises(AdapterError, match="leads out"):
        list(source_of(str(at)).chunks("adapter_model.safetensors"))
    with pytest.raises(AdapterError, match="leads out"):
        list(source_of(str(at)).chunks("../secret.safetensors"))


def test_links_of_the_hugging_face_cache_are_followed(tmp_path: Path) -> None:
    made = folder(tmp_path / "made")
    cache = tmp_path / "models--faq"
    snapshot = cache / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (cache / "blobs").mkdir()
    for file in made.iterdir():
        blob = cache / "blobs" / hashlib.sha256(file.name.encode()).hexdigest()
        blob.write_bytes(file.read_bytes())
        (snapshot / file.name).symlink_to(Path("../../blobs") / blob.name)
    assert read(snapshot).artifact.digest == read(made).artifact.digest


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.gguf")
    with pytest.raises(AdapterError, match="no plain file"):
        read(tmp_path / "a.gguf")


def test_a_long_file_of_settings_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sereno.artifacts.reading.MOST_BYTES", 100)
    with pytest.raises(AdapterError, match="at most 100"):
        read(folder(tmp_path / "faq"))


def test_the_digest_of_a_base_model(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"GGUF weights")
    assert base_digest_of(tmp_path / "m.gguf") == "sha256:" + hashlib.sha256(b"GGUF weights").hexdigest()
    for name in ("model-2.safetensors", "model-1.safetensors"):
        (tmp_path / name).write_bytes(name.encode())
    lines = "".join(
        f"{hashlib.sha256(name.encode()).hexdigest()}  {name}\n"
        for name in ("model-1.safetensors", "model-2.safetensors")
    )
    assert base_digest_of(tmp_path) == "sha256:" + hashlib.sha256(lines.encode()).hexdigest()
