"""Ready checks for children: questions that are answered within a second."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from pathlib import Path

from sereno.errors import JournalError
from sereno.journal.status import read_status


def http_answers(host: str, port: int, path: str, *, timeout: float = 1.0) -> Callable[[], bool]:
    """Whether a GET there is answered with 200."""

    def check() -> bool:
        connection = http.client.HTTPConnection(host, port, timeout=timeout)
        try:
            connection.request("GET", path, headers={"Host": "localhost", "Connection": "close"})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return check


def worker_alive(status: Path) -> Callable[[], bool]:
    """Whether a living gateway worker holds this status file."""

    def check() -> bool:
        try:
            return read_status(status).alive
        except (JournalError, OSError):
            return False

    return check
