"""One log format for every process: time, level, process, message.

    2026-11-21T03:47:31.123Z INFO  gateway/0  listening on 127.0.0.1:11434

Lines go to stderr, or to `log.file`, which may be moved away by logrotate: it is opened again.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime

from sereno.config.sections.log import Log
from sereno.errors import ConfigError

_CONTROL = {code: f"\\x{code:02x}" for code in (*range(9), *range(10, 32), *range(127, 160))}


class Lines(logging.Formatter):
    """Messages without control characters: what a client sent cannot forge a line or move a cursor."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802, ARG002  logging's name
        """RFC 3339 in UTC, with milliseconds."""
        moment = datetime.fromtimestamp(record.created, UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"

    def usesTime(self) -> bool:  # noqa: N802  logging's name
        """Every line has one."""
        return True

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's name
        """Time, level, process, message."""
        return f"{record.asctime} {record.levelname:<7} {self._process:<10} {record.message.translate(_CONTROL)}"


def start_log(log: Log, process: str) -> None:
    """Send what this process logs to stderr or the configured file.

    Args:
        log: the settings.
        process: what this process is called in its lines, for instance `gateway/0`.

    Raises:
        ConfigError: the file cannot be written.
    """
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if log.file is not None:
        from logging.handlers import WatchedFileHandler  # noqa: PLC0415  imports sockets and queues

        try:
            handler = WatchedFileHandler(log.file, encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"log.file is {log.file}, which cannot be written: {error.strerror}") from error
    handler.setFormatter(Lines(process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(log.level.upper())
    # httpcore tells the headers of answers, cookies among them, at DEBUG; httpx tells of every poll at INFO.
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.INFO if root.level <= logging.DEBUG else logging.WARNING)
