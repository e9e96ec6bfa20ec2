"""What all measurements share: processes on their cores, the tools beside us, the gateway, quantiles."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sereno.conventions import RUN_DIR, STATUS_FILE
from sereno.journal.status import read_status

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results"
TOOLS = ROOT / ".tools"
BODY = json.dumps({"model": "bench", "stream": False, "messages": [{"role": "user", "content": "hello " * 20}]})
ANSWER = json.dumps({
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "bench",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10},
})  # fmt: skip


class Missing(Exception):  # noqa: N818 - not a fault: the measurement is left out with this reason
    """A tool that a measurement needs is not there."""


def tool(name: str) -> str:
    """Path of a program; `Missing` if it is not on PATH."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if not found:
        raise Missing(f"{name} is not on PATH")
    return found


def cores() -> list[int]:
    """The cores this process may use."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


def core(role: str) -> int:
    """Core of a role: `measured` has one of its own; backend and load share another where there are only two."""
    have = cores()
    return {"measured": have[0], "backend": have[min(1, len(have) - 1)], "load": have[min(2, len(have) - 1)]}[role]


@contextlib.contextmanager
def process(command: Sequence[str], *, role: str | None = None, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A child, pinned to its role's core where the system can, ended by its own id."""

    def pin() -> None:
        if role and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {core(role)})

    options.setdefault("stderr", subprocess.DEVNULL)
    options.setdefault("stdout", subprocess.DEVNULL)
    child = subprocess.Popen(list(command), preexec_fn=pin, **options)  # noqa: PLW1509 - single-threaded here
    try:
        yield child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def run(command: Sequence[str], *, role: str | None = None, timeout: float = 900) -> str:
    """Run a program to its end on its role's core; its standard output."""

    def pin() -> None:
        if role and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {core(role)})

    done = subprocess.run(list(command), preexec_fn=pin, capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-500:]}")
    return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, patience: float = 20) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sereno-bench-") as folder:
        yield Path(folder)


NGINX = """
daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log crit;
events {{ worker_connections 20000; }}
http {{
  access_log {log}; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e; keepalive_requests 1000000000; tcp_nodelay on;
  {upstream}
  server {{ listen 127.0.0.1:{port} backlog=4096; {server} }}
}}
"""


@contextlib.contextmanager
def nginx(server: str, *, role: str, upstream: str = "", log: bool = False) -> Iterator[int]:
    """One nginx worker; yields its port."""
    with scratch() as folder:
        port = free_port()
        config = folder / "nginx.conf"
        access = f"{folder}/access.log" if log else "off"
        config.write_text(NGINX.format(folder=folder, port=port, server=server, upstream=upstream, log=access))
        with process([tool("nginx"), "-c", str(config), "-p", str(folder)], role=role):
            wait_for(port)
            yield port


def nginx_backend() -> contextlib.AbstractContextManager[int]:
    """A backend that answers a small JSON at once, from memory."""
    return nginx(f"default_type application/json; location / {{ return 200 '{ANSWER}'; }}", role="backend")


def nginx_proxy(backend: int, *, fair: bool = True, role: str = "measured") -> contextlib.AbstractContextManager[int]:
    """`proxy_pass` in front of a backend: `fair` keeps upstream connections and buffers nothing, else as it comes."""
    if not fair:
        return nginx(f"location / {{ proxy_pass http://127.0.0.1:{backend}; }}", role=role, log=True)
    upstream = f"upstream up {{ server 127.0.0.1:{backend}; keepalive 1024; keepalive_requests 1000000000; }}"
    keep = 'proxy_http_version 1.1; proxy_set_header Connection "";'
    rest = "proxy_buffering off; proxy_request_buffering off; client_max_body_size 0; proxy_read_timeout 3600;"
    return nginx(f"location / {{ proxy_pass http://up; {keep} {rest} }}", role=role, upstream=upstream)


class Gateway:
    """One running gateway worker.

    Attributes:
        port: where it listens.
        pid: its process id.
        data: its DATA folder.
    """

    def __init__(self, port: int, pid: int, data: Path) -> None:
        self.port, self.pid, self.data = port, pid, data

    def rss(self) -> float:
        """Resident memory in MiB."""
        return rss(self.pid)

    def counters(self) -> Mapping[str, Any]:
        """Its own counters, from its status file: records and drops."""
        status = read_status(self.data / RUN_DIR / STATUS_FILE.format(worker=0))
        dropped = sum(value for name, value in status.counters.items() if name.startswith("dropped."))
        return {"records": status.counters["records"], "dropped": dropped}


@contextlib.contextmanager
def gateway(backend: int, *, role: str = "measured", settings: Sequence[str] = ()) -> Iterator[Gateway]:
    """One gateway worker with full capture and no keeper, in front of a backend.

    The journal may take 20 GiB, so that nothing is dropped while no keeper empties it.
    """
    with scratch() as folder:
        port, data = free_port(), folder / "data"
        command = [sys.executable, "-m", "sereno", "gateway", "--listen", f"127.0.0.1:{port}", "--data", str(data)]
        command += ["--upstream", f"http://127.0.0.1:{backend}", "--log-level", "warning"]
        for setting in ("journal.max_bytes=20GiB", *settings):
            command += ["--set", setting]
        with process(command, role=role) as child:
            wait_for(port)
            yield Gateway(port, child.pid, data)


def rss(pid: int) -> float:
    """Resident memory of a process in MiB."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        line = next(row for row in status.read_text().splitlines() if row.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    return int(run(["ps", "-o", "rss=", "-p", str(pid)])) / 1024


def streamgen() -> str:
    """The compiled generator of benchmarks/streamgen; built when its source changed."""
    target, source = TOOLS / "bin" / "streamgen", Path(__file__).parent / "streamgen"
    if not target.exists() or target.stat().st_mtime < (source / "main.go").stat().st_mtime:
        target.parent.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}
        subprocess.run([tool("go"), "build", "-C", str(source), "-o", str(target), "."], check=True, env=environment)
    return str(target)


@contextlib.contextmanager
def go_backend() -> Iterator[int]:
    """The generator's server; yields its port."""
    port = free_port()
    with process([streamgen(), "serve", "-listen", f"127.0.0.1:{port}"], role="backend"):
        wait_for(port)
        yield port


def spread(values: Sequence[float]) -> dict[str, float]:
    """Least, middle and greatest of the rounds."""
    return {"min": min(values), "median": statistics.median(values), "max": max(values)}


def alternate(rounds: int, **sides: Callable[[], float]) -> dict[str, list[float]]:
    """Measure the sides in turns, so that what disturbs the machine disturbs all alike."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds):
        order = list(sides) if number % 2 == 0 else list(reversed(sides))
        for name in order:
            found[name].append(sides[name]())
    return found
