"""The machine: folder, disk, limits, clock, SQLite."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from sereno.assembly.checkup.finding import Finding, about
from sereno.config import Settings
from sereno.config.kinds import show_size

LEAST_FREE = 200 * 1024**2
EARLIEST_NOW = 1_750_000_000.0
"""June 2025: no clock that is right shows an earlier time."""
LEAST_SQLITE = (3, 37, 0)


def data_folder(settings: Settings) -> Iterator[Finding]:
    """Exists (or can be made), is ours, private and writable."""
    data = settings.data
    if not data.exists():
        parent = _existing(data)
        if os.access(parent, os.W_OK | os.X_OK):
            yield Finding("data", "ok", f"{data} is made at the first start")
        else:
            yield Finding("data", "fail", f"{data} cannot be made in {parent}", "choose another folder with --data")
        return
    status = data.stat()
    if not data.is_dir():
        yield Finding("data", "fail", f"{data} is no folder", "choose another with --data")
    elif status.st_uid != os.getuid():
        advice = f"run as that user, or: chown -R {os.getuid()} {data}"
        yield Finding("data", "fail", f"{data} belongs to user {status.st_uid}", advice)
    elif not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        yield Finding("data", "fail", f"{data} cannot be written", f"chmod 700 {data}")
    elif mode := status.st_mode & 0o077:
        found = f"{data} is open to other users (mode {status.st_mode & 0o700 | mode:03o})"
        yield Finding("data", "warn", found, f"chmod 700 {data}")
    else:
        yield Finding("data", "ok", str(data))


def disk_space(settings: Settings) -> Iterator[Finding]:
    """Room for the journal's budget, and some."""
    place = _existing(settings.data)
    free = shutil.disk_usage(place).free
    shown = f"{about(free)} free at {place}"
    if free < LEAST_FREE:
        yield Finding("disk", "fail", shown, "make room: records are dropped when the disk is full")
    elif free < settings.journal.max_bytes:
        yield Finding(
            "disk",
            "warn",
            f"{shown}, less than journal.max_bytes ({show_size(settings.journal.max_bytes)})",
            "make room, or lower journal.max_bytes",
        )
    else:
        yield Finding("disk", "ok", shown)


def open_files(settings: Settings) -> Iterator[Finding]:
    """Each call takes two descriptors; workers raise their soft limit to the hard one."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = 2 * settings.gateway.max_connections + 100
    if hard != resource.RLIM_INFINITY and hard < wanted:
        yield Finding(
            "open files",
            "warn",
            f"at most {hard}, about {max(hard - 100, 0) // 2} calls at once; gateway.max_connections allows more",
            f"ulimit -Hn {wanted} (LimitNOFILE= in a systemd unit), or lower gateway.max_connections",
        )
    else:
        yield Finding("open files", "ok", "no limit" if hard == resource.RLIM_INFINITY else f"at most {hard}")


def clock(_settings: Settings) -> Iterator[Finding]:
    """The clock shows a time that can be right."""
    now = time.time()
    shown = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
    if now < EARLIEST_NOW:
        yield Finding("clock", "fail", f"it shows {shown}", "set it: calls are recorded with their time")
    else:
        yield Finding("clock", "ok", shown)


def sqlite_library(_settings: Settings) -> Iterator[Finding]:
    """New enough, and with full-text search."""
    version = sqlite3.sqlite_version_info
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        search = True
    except sqlite3.OperationalError:
        search = False
    finally:
        connection.close()
    if version < LEAST_SQLITE or not search:
        found = f"SQLite {sqlite3.sqlite_version}" + ("" if search else " without FTS5")
        least = ".".join(map(str, LEAST_SQLITE))
        yield Finding("sqlite", "fail", found, f"use a Python whose sqlite3 has {least} or newer and FTS5")
    else:
        yield Finding("sqlite", "ok", f"SQLite {sqlite3.sqlite_version} with FTS5")


def _existing(path: Path) -> Path:
    """The nearest folder above that exists."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path
