"""The gateway's resident memory: idle, after many small requests, while large bodies pass, with idle clients.

One worker with full capture. RSS is read from the kernel every 50 ms while a body passes; growth is the greatest value
less that before the first byte. Bodies are made and thrown away in blocks, never held. 10,000 idle connections have
sent nothing; the figure is memory a connection.
"""

from __future__ import annotations

import http.client
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import rig, throughput

BLOCK = bytes(1 << 20)
CAPTURE_CAP_MIB = 4


def watched(gateway: rig.Gateway, work: Callable[[], None]) -> dict[str, float]:
    """Do the work; memory before and greatest memory meanwhile, MiB, and how long it took."""
    before, peak, done = gateway.rss(), [gateway.rss()], threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            peak.append(gateway.rss())

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.monotonic()
    try:
        work()
    finally:
        done.set()
        watcher.join()
    return {"before_mib": before, "growth_mib": max(peak) - before, "seconds": time.monotonic() - start}


def upload(port: int, size: int) -> None:
    def blocks() -> Iterator[bytes]:
        for _ in range(size // len(BLOCK)):
            yield BLOCK

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3600)
    connection.request("POST", "/bytes", blocks(), {"Content-Length": str(size)}, encode_chunked=False)
    answer = connection.getresponse().read()
    if answer != str(size).encode():
        raise RuntimeError(f"of {size} bytes the backend got {answer!r}")


def download(port: int, size: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3600)
    connection.request("GET", f"/bytes?n={size}")
    answer, buffer, got = connection.getresponse(), bytearray(1 << 20), 0
    while count := answer.readinto(buffer):
        got += count
    if got != size:
        raise RuntimeError(f"of {size} bytes {got} came")


def idle_connections(gateway: rig.Gateway, wanted: int) -> dict[str, float]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, wanted + 500)), hard))
    before, held = gateway.rss(), list[socket.socket]()
    try:
        held += (socket.create_connection(("127.0.0.1", gateway.port), 10) for _ in range(wanted))
        time.sleep(1)
        after = gateway.rss()
        start = time.monotonic()
        with socket.create_connection(("127.0.0.1", gateway.port), 10) as one:
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answered = one.recv(100).startswith(b"HTTP/1.1 200")
        spent = time.monotonic() - start
    finally:
        for one in held:
            one.close()
    return {
        "connections": wanted, "growth_mib": after - before, "kib_each": (after - before) * 1024 / wanted,
        "still_answers": answered, "answer_seconds": spent,
    }  # fmt: skip


def run(quick: bool) -> dict[str, Any]:
    size = (256 << 20) if quick else (10 << 30)
    wanted = 50_000 if quick else 1_000_000
    clients = 1000 if quick else 10_000
    with rig.go_backend() as backend, rig.gateway(backend) as gateway:
        time.sleep(0.5)
        idle = gateway.rss()
        up = watched(gateway, lambda: upload(gateway.port, size))
        down = watched(gateway, lambda: download(gateway.port, size))
    with rig.scratch() as folder, rig.nginx_backend() as backend, rig.gateway(backend) as gateway:
        course = []
        while (seen := gateway.counters()["records"]) < wanted:
            throughput.wrk(gateway.port, 2 if quick else 10, folder)
            course.append({"requests": gateway.counters()["records"], "rss_mib": gateway.rss()})
            if gateway.counters()["records"] == seen:
                raise RuntimeError("the gateway records nothing")
        time.sleep(1)
        small = {
            "requests": gateway.counters()["records"],
            "dropped": gateway.counters()["dropped"],
            "rss_mib": gateway.rss(),
        }
        connections = idle_connections(gateway, clients)
    return {
        "idle_mib": idle, "body_bytes": size, "upload": up, "download": down, "capture_cap_mib": CAPTURE_CAP_MIB,
        "after_small_requests": small, "course": course, "idle_connections": connections,
    }  # fmt: skip
