"""`Adapter`: one immutable version of a LoRA adapter, as the registry keeps it."""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec

from sereno.lora.document import AdapterError
from sereno.lora.training import Training

Format = Literal["peft", "gguf"]
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
RESERVED = frozenset({"base", "candidate", "champion", "compare", "log", "previous", "rollback", "version"})
"""Words that stand for something else where a version could stand."""
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)


class File(msgspec.Struct, frozen=True):
    """A file of an adapter: name below its folder, bytes, SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str


class Artifact(msgspec.Struct, frozen=True, kw_only=True):
    """What a model server would load.

    Attributes:
        location: absolute path, or `s3://bucket/prefix`.
        format: PEFT folder or GGUF file.
        digest: SHA-256 of the list of `files`: `HASH  NAME` lines in order of the name, as `sha256sum` prints them.
        files: settings and weights; training state and notes are not part of it.
        parameters: trained numbers in the weights. dtypes: of the tensors.
    """

    location: str
    format: Format
    digest: str
    files: tuple[File, ...]
    parameters: int
    dtypes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


class Adapter(msgspec.Struct, frozen=True, kw_only=True):
    """A version.

    Attributes:
        version: its name; never given to other bytes.
        base_model: name of the model it was trained on. base_revision: as pinned in training.
        base_digest: SHA-256 of the base model's weights, `sha256:…`; None where nobody said.
        rank, alpha, dropout: of LoRA.
        settings: what PEFT or GGUF noted, for comparison.
        training: how it was trained.
        training_job_id: of the job that made it, None where it has none.
        created_at: import, epoch seconds. deployed_at: first promotion.
        active: whether it is the champion of its base model.
        aliases: `champion`, `candidate`, `previous`.
    """

    version: str
    base_model: str
    base_revision: str | None = None
    base_digest: str | None = None
    rank: int
    alpha: float
    dropout: float | None = None
    artifact: Artifact
    settings: dict[str, Any] = {}
    training: Training = Training()
    training_job_id: str | None = None
    created_at: float = 0.0
    deployed_at: float | None = None
    active: bool = False
    aliases: tuple[str, ...] = ()


def checked_version(text: str) -> str:
    """A name that may stand in addresses, labels and paths.

    Raises:
        AdapterError: it may not.

    >>> checked_version("faq-v2.1")
    'faq-v2.1'
    """
    if not _VERSION.fullmatch(text) or text.lower() in RESERVED:
        shown = ascii(text[:80])
        raise AdapterError(
            f"{shown} is no version; expected 1 to 64 letters, digits and . _ -, and no word such as champion or log"
        )
    return text


def checked_digest(text: str) -> str:
    """A digest as `sha256:` and 64 hexadecimal digits.

    Raises:
        AdapterError: it is something else.
    """
    lowered = text.strip().lower()
    lowered = lowered if lowered.startswith("sha256:") else f"sha256:{lowered}"
    if not _DIGEST.fullmatch(lowered):
        raise AdapterError(f"{text[:100]!a} is no digest; expected sha256: and 64 hexadecimal digits")
    return lowered
