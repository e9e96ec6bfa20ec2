"""The digest of a base model: that of its GGUF file, or of the list of its safetensors files."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sereno.artifacts.folder import Folder
from sereno.artifacts.reading import manifest
from sereno.lora.adapter import File
from sereno.lora.document import AdapterError


def base_digest_of(path: Path) -> str:
    """`sha256:…` of a base model's weights.

    Of one file it is the file's own, which is also the name that Ollama gives the layer; of a folder, that of the
    `sha256sum` lines of its safetensors files, in order of their names.

    Raises:
        AdapterError: there are no weights.
    """
    source = Folder(path, "the base model's folder or its GGUF file")
    sizes = source.sizes()
    single = not path.expanduser().is_dir()
    names = sorted(sizes) if single else sorted(name for name in sizes if name.endswith(".safetensors"))
    if not names:
        raise AdapterError(f"{path} holds no safetensors file; give the base model's folder or its GGUF file")
    files = []
    for name in names:
        digest = hashlib.sha256()
        for block in source.chunks(name):
            digest.update(block)
        files.append(File(name, sizes[name], digest.hexdigest()))
    return "sha256:" + (files[0].sha256 if single else manifest(files))
