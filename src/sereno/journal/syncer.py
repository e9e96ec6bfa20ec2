"""Syncs the journal behind the writer's back: a slow disk delays no write.

The descriptors of finished segments end here: only this class closes them, so none is closed while it is synced.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from pathlib import Path

from sereno.journal.folder import sync_folder

_datasync = os.fsync if sys.platform == "darwin" else os.fdatasync


class Syncer:
    """One thread that syncs the open segment every `seconds` while it changes, and finished ones once."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._retired: deque[int] = deque()
        self._dirty = -1
        self._folder: Path | None = None
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self.errors = 0
        self._thread = threading.Thread(target=self._run, name="sereno-journal-sync", daemon=True)
        self._thread.start()

    def dirty(self, fd: int, folder: Path | None) -> None:
        """Note that the open segment has new bytes (-1 if there is none), and a folder that has a new entry."""
        self._dirty = fd
        if folder is not None:
            self._folder = folder
        if not self._wake.is_set():
            self._wake.set()

    def retire(self, fd: int) -> None:
        """Take over a finished segment: sync it, close it."""
        self._retired.append(fd)
        if self._dirty == fd:
            self._dirty = -1
        self._wake.set()

    def sync_now(self, fd: int, folder: Path | None) -> bool:
        """Sync finished segments, the open one (-1 for none), a folder that changed; whether all of that worked."""
        with self._lock:
            fine = self._drain()
            if fd >= 0:
                fine = self._sync(fd) and fine
            if self._dirty == fd:
                self._dirty = -1
        return self._sync_folder(folder) and fine

    def _sync_folder(self, folder: Path | None) -> bool:
        try:
            if folder is not None:
                sync_folder(folder)
        except OSError:
            self.errors += 1
            return False
        return True

    def close(self) -> None:
        """Sync and close what is left, and stop."""
        self._stop.set()
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait()
            self._stop.wait(self._seconds)
            self._wake.clear()
            with self._lock:
                self._drain()
                fd, self._dirty = self._dirty, -1
                if fd >= 0:
                    self._sync(fd)
            folder, self._folder = self._folder, None
            self._sync_folder(folder)
        with self._lock:
            self._drain()

    def _drain(self) -> bool:
        fine = True
        while self._retired:
            fd = self._retired.popleft()
            fine = self._sync(fd) and fine
            os.close(fd)
        return fine

    def _sync(self, fd: int) -> bool:
        try:
            _datasync(fd)
        except OSError:
            self.errors += 1
            return False
        return True
