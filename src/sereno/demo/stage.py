"""The processes of the demo: the model server and `sereno up`, each a child that ends with the demo."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from sereno.errors import SerenoError

GRACE = 10.0
"""Seconds a child has to end by itself."""


def free_address(wanted: str) -> tuple[str, bool]:
    """An address to listen on: the wanted one, or one with a free port on the same host if that is taken.

    Returns:
        `HOST:PORT` and whether the wanted one was free.
    """
    host, _, port = wanted.rpartition(":")
    for candidate in (int(port), 0):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host.strip("[]"), candidate))
            except OSError:
                continue
            return f"{host}:{probe.getsockname()[1]}", bool(candidate)
    raise SerenoError(f"No port of {host} is free for the demo.")


class Child:
    """One process.

    Args:
        name: what it is called in messages.
        arguments: of `sereno`.
        log: file that takes what it prints.
    """

    def __init__(self, name: str, arguments: Sequence[str], log: Path) -> None:
        self.name = name
        self.log = log
        read, self._life = os.pipe()
        try:
            with log.open("ab") as out:
                self._process = subprocess.Popen(  # noqa: S603 - our own command line
                    [sys.executable, "-m", "sereno.demo.parent", str(read), *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    pass_fds=(read,),
                    start_new_session=True,  # Ctrl-C is the demo's: it stops its children in order
                )
        finally:
            os.close(read)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def wait_until(self, url: str, patience: float) -> None:
        """Wait until it answers 200 at `url`.

        Raises:
            SerenoError: It ended, or did not answer in time; with the last line it printed.
        """
        deadline = time.monotonic() + patience
        with httpx.Client(trust_env=False, timeout=5) as client:
            while time.monotonic() < deadline:
                if self._process.poll() is not None:
                    raise SerenoError(f"The {self.name} ended at its start: {self._last_words()}")
                try:
                    if client.get(url).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.05)
        raise SerenoError(f"The {self.name} did not answer at {url} within {patience:.0f} s: {self._last_words()}")

    def stop(self) -> None:
        """End it: SIGTERM, and SIGKILL if that does not help."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(GRACE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._life >= 0:
            os.close(self._life)
            self._life = -1

    def _last_words(self) -> str:
        lines = self.log.read_text("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else f"it printed nothing; its log is {self.log}"
