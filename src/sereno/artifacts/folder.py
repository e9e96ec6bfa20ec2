"""Adapters in a folder or a GGUF file of this machine.

Only plain files are opened, and none through a link that leaves the folder: a folder that somebody sent must not make
us read, hash and name files of this machine. Devices and pipes are refused before they are opened for reading.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from sereno.artifacts.source import CHUNK
from sereno.lora.document import AdapterError

MOST_FILES = 10_000


class Folder:
    """The files of a folder, or one file alone.

    Args:
        path: folder or file; a link to either is followed, as the person gave it.
        expected: what should be there, for the sentence that nothing is.

    Raises:
        AdapterError: there is no such folder, or it cannot be listed.
    """

    def __init__(self, path: Path, expected: str = "an adapter's folder") -> None:
        try:
            self._path = path.expanduser().resolve(strict=True)
        except (OSError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or "its links lead in a circle"
            raise AdapterError(f"{path} cannot be read: {reason}; expected {expected}") from None
        self._folder = self._path if self._path.is_dir() else self._path.parent

    @property
    def location(self) -> str:
        """Absolute path."""
        return str(self._path)

    def sizes(self) -> Mapping[str, int]:
        """Plain files of the folder and their bytes; links that leave it and all else are left out."""
        if self._path != self._folder:
            return {self._path.name: self._path.stat().st_size}
        found: dict[str, int] = {}
        try:
            with os.scandir(self._folder) as entries:
                for number, entry in enumerate(entries):
                    if number >= MOST_FILES:
                        raise AdapterError(f"{self._folder} holds more than {MOST_FILES:,} files; no adapter does")
                    if entry.is_file() and (not entry.is_symlink() or self._inside(entry.name)):
                        found[entry.name] = entry.stat().st_size
        except OSError as error:
            raise AdapterError(f"{self._folder} cannot be listed: {error.strerror}") from None
        return found

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file's bytes."""
        path = self._folder / name
        if Path(name).name != name or (path.is_symlink() and not self._inside(name)):
            raise AdapterError(f"{path} leads out of the adapter's folder; copy the files there (cp -L)")
        try:
            # Without O_NONBLOCK the opening of a pipe that nobody writes to would never end.
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise AdapterError(f"{path} cannot be read: {error.strerror}") from None
        with open(descriptor, "rb", buffering=0) as file:  # noqa: PTH123  # a descriptor is no path
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise AdapterError(f"{path} is no plain file")
            try:
                while block := file.read(CHUNK):
                    yield block
            except OSError as error:
                raise AdapterError(f"{path} cannot be read: {error.strerror}") from None

    def _inside(self, name: str) -> bool:
        """Whether a link leads to a plain file of this folder, or of the cache that Hugging Face keeps it in."""
        target = (self._folder / name).resolve()
        cache = self._folder.parent.parent
        in_cache = self._folder.parent.name == "snapshots" and target.parent == cache / "blobs"
        return target.parent == self._folder or in_cache
