"""llama.cpp's library, and the one system library it needs that a bare machine may lack.

The wheel `xllamacpp` links to GCC's OpenMP runtime, `libgomp.so.1`, without bringing it. Minimal Debian and its
container images have none. `make setup` then puts Debian's into the environment's `lib` folder
(`tools/libgomp.sh`); loading that one first satisfies the linker, since both bear the same name.
"""

from __future__ import annotations

import ctypes
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from sereno.errors import ConfigError

RUNTIME = "libgomp.so.1"
MISSING = (
    f"The demo's model server needs the system library {RUNTIME}, which this machine lacks. Install it "
    "(Debian/Ubuntu: apt install libgomp1; Fedora: dnf install libgomp; Alpine: apk add libgomp), "
    "or show your own Ollama with `sereno demo --upstream http://127.0.0.1:11434`."
)


def library(folder: Path | None = None) -> Any:
    """The module `xllamacpp`.

    Args:
        folder: where a copy of the OpenMP runtime may lie; by default the environment's `lib`.

    Raises:
        ConfigError: the OpenMP runtime is missing.
    """
    try:
        return import_module("xllamacpp")
    except ImportError as error:
        if RUNTIME not in str(error):
            raise
    runtime = (folder or Path(sys.prefix, "lib")) / RUNTIME
    if not runtime.is_file():
        raise ConfigError(MISSING)
    ctypes.CDLL(str(runtime), mode=ctypes.RTLD_GLOBAL)
    sys.modules.pop("xllamacpp", None)
    return import_module("xllamacpp")
