"""A real Prometheus on a free loopback port, for as long as a test needs it."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from parts.built import built

PATIENCE = 60.0
"""Seconds until it must answer; it takes a tenth of one on an idle machine."""


class Prometheus:
    """Where it listens, and what to ask it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def query(self, expression: str, at: float) -> list[dict[str, Any]]:
        """The vector of an instant query."""
        parameters = urlencode({"query": expression, "time": at})
        with urlopen(f"{self.url}/api/v1/query?{parameters}", timeout=PATIENCE) as answer:
            found = json.load(answer)["data"]["result"]
        assert isinstance(found, list)
        return found

    def value(self, expression: str, at: float) -> float | None:
        """The one value of an instant query, None if there is no sample."""
        found = self.query(expression, at)
        assert len(found) <= 1
        return float(found[0]["value"][1]) if found else None


@contextmanager
def prometheus(folder: Path, config: str = "global: {scrape_interval: 1m}\n") -> Iterator[Prometheus]:
    """Run it over `folder/data` until the block ends."""
    file = folder / "prometheus.yaml"
    file.write_text(config)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    with (folder / "prometheus.log").open("ab") as log:
        process = subprocess.Popen(
            [
                built("prometheus"), f"--config.file={file}", f"--storage.tsdb.path={folder / 'data'}",
                "--storage.tsdb.retention.time=90d", f"--web.listen-address={address}",
            ],
            stdout=log, stderr=log,
        )  # fmt: skip
        try:
            _wait(process, f"http://{address}/-/ready", folder / "prometheus.log")
            yield Prometheus(f"http://{address}")
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, OSError):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
