"""A file that is either the old one or the new one, whatever is killed when."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import mkstemp


def replace_whole(path: Path, content: bytes) -> None:
    """Put a whole new file (0600), synced to disk, in the place of another; `OSError` leaves the old one as it was."""
    descriptor, draft = mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
