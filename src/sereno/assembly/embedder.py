"""Prompts to vectors with the two files of the package wordllama: weights and tokenizer, read here and nowhere else.

Its own loader is not used: it looks for the tokenizer in another folder than the one its wheel has, and then asks a
server on the network. Static word vectors, looked up and averaged: some 30,000 texts a second.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sereno.drift.vectors import Embedder

PACKAGE = "wordllama"
WEIGHTS, TOKENIZER = "weights/l2_supercat_256.safetensors", "tokenizers/l2_supercat_tokenizer_config.json"
LONGEST = 8_000
"""Characters of a text that count."""


class WordVectors:
    """An embedder: the mean of the vectors of a text's tokens, of length 1.

    Args:
        folder: of the installed package. version: of it.

    Raises:
        OSError: a file is missing.
        ImportError: the packages that read them are missing.
    """

    def __init__(self, folder: Path, version: str) -> None:
        from safetensors.numpy import load  # noqa: PLC0415  an extra
        from tokenizers import Tokenizer  # noqa: PLC0415  an extra

        weights, words = (folder / WEIGHTS).read_bytes(), (folder / TOKENIZER).read_bytes()
        self.name = f"{PACKAGE} {version}"
        self.digest = hashlib.sha256(hashlib.sha256(weights).digest() + hashlib.sha256(words).digest()).hexdigest()
        self._table: NDArray[np.float32] = next(iter(load(weights).values())).astype(np.float32)
        self._tokenizer = Tokenizer.from_str(words.decode())
        self._tokenizer.no_padding()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors, shape (texts, 256); of a text without a known token, zeros."""
        out = np.zeros((len(texts), self._table.shape[1]), dtype=np.float32)
        cut = [text[:LONGEST].encode("utf-8", "replace").decode() for text in texts]
        for at, found in enumerate(self._tokenizer.encode_batch(cut, add_special_tokens=False)):
            ids = np.array(found.ids, dtype=np.int64)
            ids = ids[ids < len(self._table)]
            if len(ids):
                mean = self._table[ids].mean(axis=0)
                out[at] = mean / (np.linalg.norm(mean) or 1.0)
        return out


def installed() -> Embedder | None:
    """The embedder of this installation, None where the extra `drift` is not there."""
    try:
        found = distribution(PACKAGE)
        return WordVectors(Path(str(found.locate_file(PACKAGE))), found.version)
    except (PackageNotFoundError, OSError, ImportError):
        return None
