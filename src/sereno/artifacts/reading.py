"""An adapter's files, read once: parsed and hashed from the same bytes, so that what was judged is what was hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from sereno.artifacts.folder import Folder
from sereno.artifacts.s3 import S3, SCHEME
from sereno.artifacts.source import Source
from sereno.lora.adapter import Artifact, File
from sereno.lora.document import MOST_BYTES, AdapterError
from sereno.lora.gguf import MOST_HEAD, read_gguf
from sereno.lora.peft import CONFIG, read_peft
from sereno.lora.safetensors import LENGTH_BYTES, header_length, read_header
from sereno.lora.training import STATE, Training, read_training

WEIGHTS = "adapter_model.safetensors"
PICKLES = ("adapter_model.bin", "adapter_model.pt", "adapter_model.pth", "pytorch_model.bin", "adapter_model.ckpt")
GGUF = ".gguf"


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What an adapter's files say; None where they do not."""

    artifact: Artifact
    base_model: str | None
    base_revision: str | None
    rank: int
    alpha: float
    dropout: float | None
    settings: dict[str, Any]
    training: Training


def source_of(location: str) -> Source:
    """Where an adapter lies: `s3://…` or a path.

    Raises:
        AdapterError: there is nothing there.
    """
    return S3(location) if location.startswith(SCHEME) else Folder(Path(location))


def read_adapter(source: Source) -> Found:
    """Read and hash an adapter; weights are hashed, never loaded.

    Raises:
        AdapterError: it is broken, no LoRA adapter, or only there as a pickle; says which file and why.
    """
    sizes = source.sizes()
    if CONFIG in sizes:
        return _read_peft(source, sizes.keys())
    adapters = [name for name in sizes if name.lower().endswith(GGUF)]
    if len(adapters) == 1:
        return _read_gguf(source, adapters[0])
    if len(adapters) > 1:
        names = ", ".join(sorted(adapters)[:5])
        raise AdapterError(f"{source.location} holds several GGUF files ({names}); name the one that is meant")
    raise AdapterError(
        f"{source.location} has no {CONFIG} and no GGUF file; expected a folder as PEFT's save_pretrained writes it"
    )


def digest_now(source: Source, files: Iterable[File]) -> str:
    """The digest of an adapter's files as they are now.

    Raises:
        AdapterError: one of them cannot be read.
    """
    return manifest([_hash(source, file.name, 0)[0] for file in files])


def manifest(files: Iterable[File]) -> str:
    """SHA-256 of the lines that `sha256sum` prints, in order of the names."""
    lines = "".join(f"{file.sha256}  {file.name}\n" for file in sorted(files, key=lambda one: one.name))
    return hashlib.sha256(lines.encode()).hexdigest()


def _read_peft(source: Source, names: Iterable[str]) -> Found:
    present = set(names)
    if WEIGHTS not in present:
        pickle = next((name for name in PICKLES if name in present), None)
        if pickle is not None:
            raise AdapterError(
                f"{source.location} has its weights only as {pickle}, a pickle, and loading one runs its code; "
                "save them with safe_serialization=True"
            )
        raise AdapterError(f"{source.location} has no {WEIGHTS}; the folder is not complete")
    config_file, raw = _hash(source, CONFIG, MOST_BYTES)
    config = read_peft(_whole(config_file, raw))
    first = next(source.chunks(WEIGHTS), b"")[:LENGTH_BYTES]
    length = header_length(WEIGHTS, first, source.sizes()[WEIGHTS])  # before all of it is read to be hashed
    weights_file, head = _hash(source, WEIGHTS, LENGTH_BYTES + length)
    if head[:LENGTH_BYTES] != first:
        raise AdapterError(f"{WEIGHTS} changed while it was read; try again when nothing writes to it")
    weights = read_header(WEIGHTS, head[LENGTH_BYTES:], weights_file.size - LENGTH_BYTES - length)
    _check_rank(config.rank, weights.rank, varied=bool(config.settings.get("rank_pattern")))
    files = (config_file, weights_file)
    training = read_training(_whole(*_hash(source, STATE, MOST_BYTES))) if STATE in present else Training()
    return Found(
        artifact=Artifact(
            location=source.location, format="peft", digest=manifest(files), files=files,
            parameters=weights.parameters, dtypes=weights.dtypes,
        ),
        base_model=config.base_model, base_revision=config.revision, rank=config.rank, alpha=config.alpha,
        dropout=config.dropout, settings=config.settings, training=training,
    )  # fmt: skip


def _read_gguf(source: Source, name: str) -> Found:
    file, head = _hash(source, name, MOST_HEAD)
    found = read_gguf(name, head)
    if found.rank is None:
        raise AdapterError(f"{name}: its tensors share no rank; only plain LoRA adapters are kept here")
    return Found(
        artifact=Artifact(
            location=source.location, format="gguf", digest=manifest((file,)), files=(file,),
            parameters=found.parameters,
        ),
        base_model=found.base_model, base_revision=None, rank=found.rank, alpha=found.alpha, dropout=None,
        settings=found.settings, training=Training(),
    )  # fmt: skip


def _hash(source: Source, name: str, keep: int) -> tuple[File, bytes]:
    """A file's size and hash, and its first `keep` bytes."""
    digest, size, kept = hashlib.sha256(), 0, bytearray()
    for block in source.chunks(name):
        digest.update(block)
        size += len(block)
        if len(kept) < keep:
            kept += block[: keep - len(kept)]
    return File(name, size, digest.hexdigest()), bytes(kept)


def _whole(file: File, kept: bytes) -> bytes:
    if file.size > len(kept):
        raise AdapterError(f"{file.name} has {file.size:,} bytes; at most {MOST_BYTES:,} are read")
    return kept


def _check_rank(said: int, found: int | None, *, varied: bool) -> None:
    if found is not None and found != said and not varied:
        raise AdapterError(f"{CONFIG} says r = {said}, and the matrices in {WEIGHTS} have rank {found}; which is it?")
