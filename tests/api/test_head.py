"""HEAD: what GET would answer, without content and without its work."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from api.client import fetch
from api.double import KeeperDouble, MemoryStore, chat
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.errors import StoreError
from web.serving import serving


def made(**options: Any) -> Any:
    store = MemoryStore([chat("hello", "hi", serial=1)])
    return create_app(KeeperDouble(store), ApiOptions(**options)), store


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "parquet"])
def test_the_head_of_an_export_reads_no_store(form: Any) -> None:
    app, store = made()
    path = f"/analytics/export?format={form}"
    got = fetch(app, path)
    store.failing = StoreError("The store is locked.")
    head = fetch(app, path, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-disposition", "cache-control", "x-content-type-options"):
        assert head.headers[name] == got.headers[name]
    # RFC 9110 §8.6: a length that a GET would not have must not be told.
    assert "content-length" not in head.headers


def test_the_head_of_an_export_needs_no_permit_but_right_parameters() -> None:
    app, _ = made(exports=0)
    assert fetch(app, "/analytics/export").status_code == 503
    assert fetch(app, "/analytics/export", method="HEAD").status_code == 200
    assert fetch(app, "/analytics/export?format=xml", method="HEAD").status_code == 400
    assert fetch(app, "/analytics/export", method="HEAD", peer="192.0.2.7").status_code == 401


@pytest.mark.parametrize("path", ["/analytics/export", "/analytics/users", "/analytics/live", "/nothing", "/sereno"])
def test_nothing_follows_a_head_on_the_wire(path: Any) -> None:
    app, _ = made()
    with serving(app) as base, socket.create_connection(("127.0.0.1", urlsplit(base).port or 0), 10) as client:
        ask = f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n"
        client.sendall(f"{ask}Connection: close\r\n\r\n".encode())
        told = b"".join(iter(lambda: client.recv(65536), b""))
    # RFC 9112 §6.3: the answer to a HEAD ends with its head, so the next one begins there.
    _, after = told.split(b"\r\n\r\n", 1)
    assert after.startswith(b"HTTP/1.1 200 OK\r\n")
