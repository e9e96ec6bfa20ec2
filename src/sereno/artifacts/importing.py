"""An adapter brought into the registry: read, hashed, and kept as a version in one transaction of the ledger."""

from __future__ import annotations

from pathlib import Path

import msgspec

from sereno.artifacts.reading import read_adapter, source_of
from sereno.lora import aliases
from sereno.lora.adapter import Adapter, checked_digest, checked_version
from sereno.lora.document import AdapterError
from sereno.store.ledger import Ledger, lora_registry
from sereno.store.ledger.lora_registry import Event


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did: the version, and whether it was there already."""

    adapter: Adapter
    existing: bool


def import_adapter(
    ledger: Ledger,
    location: str,
    *,
    now: float,
    version: str | None = None,
    base_model: str | None = None,
    base_digest: str | None = None,
    job: str | None = None,
    actor: str = "",
) -> Imported:
    """Read an adapter and keep it as a version; the same bytes again change nothing.

    Args:
        ledger: open for writing.
        location: folder, GGUF file, or `s3://bucket/prefix`.
        now: epoch seconds.
        version: its name; the folder's where none is given.
        base_model: instead of what the files say.
        base_digest: of the base model's weights, `sha256:…`; may be learnt later by importing again.
        job: of the training.
        actor: who imports.

    Raises:
        AdapterError: the files are broken, the version stands for other bytes, or the bytes for another version.
    """
    source = source_of(location)
    found = read_adapter(source)
    name = checked_version(version or Path(source.location).stem)
    digest = None if base_digest is None else checked_digest(base_digest)
    base = base_model or found.base_model
    if not base:
        raise AdapterError(f"{location} does not say which model it was trained on; give it with --base-model")
    with ledger.write() as connection:
        known = lora_registry.by_digest(connection, found.artifact.digest)
        taken = lora_registry.adapter(connection, name)
        if known is not None:
            if version is not None and known.version != name:
                raise AdapterError(f"these files are version {known.version} already; versions have one name")
            if digest is not None and known.base_digest not in {None, digest}:
                raise AdapterError(f"{known.version} was made for {known.base_digest}; that cannot be changed")
            if digest is not None and known.base_digest is None:
                lora_registry.learn_base(connection, known.version, digest)
                known = msgspec.structs.replace(known, base_digest=digest)
            return Imported(adapter=known, existing=True)
        if taken is not None:
            raise AdapterError(
                f"version {name} stands for other files ({taken.artifact.digest[:16]}…) and never changes; "
                "name this one otherwise with --as"
            )
        adapter = Adapter(
            version=name, base_model=base, base_revision=found.base_revision, base_digest=digest, rank=found.rank,
            alpha=found.alpha, dropout=found.dropout, artifact=found.artifact, settings=found.settings,
            training=found.training, training_job_id=job, created_at=now,
        )  # fmt: skip
        lora_registry.add(connection, adapter)
        before = lora_registry.aliases(connection, base)
        lora_registry.set_aliases(connection, base, aliases.imported(before, name), now)
        lora_registry.note(connection, Event(at=now, action="import", base_model=base, version=name, actor=actor))
    return Imported(adapter=msgspec.structs.replace(adapter, aliases=("candidate",)), existing=False)
