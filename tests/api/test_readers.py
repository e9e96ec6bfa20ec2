"""Who reads from elsewhere, over HTTP: by which key, how much at once, and what a fault tells."""

from __future__ import annotations

import threading
from base64 import b64encode
from typing import Any

import httpx
import pytest

from api.double import KeeperDouble, MemoryStore, chat
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.trust.keys import issue
from sereno.web.app import mount
from web.serving import serving

FOREIGN = "192.0.2.7"
PATHS = ("/analytics/messages", "/analytics/export?format=csv", "/sereno/api/status", "/sereno", "/metrics")
READER, READ = issue("reader", ["read"], random=bytes(28), now=0)
USER, USE = issue("user", ["use"], random=b"\x01" * 28, now=0)
WRONG = READ[:-1] + ("A" if READ[-1] != "A" else "B")


def made(**options: Any) -> Any:
    view = KeeperDouble(MemoryStore([chat("a secret", "hi", serial=i) for i in range(5)]), [READER, USER])
    app = create_app(view, ApiOptions(**options))
    mount(app, view)
    return app, view


def basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"me:{password}".encode()).decode()}


def shown(secret: str) -> list[dict[str, str]]:
    return [{"X-Sereno-Key": secret}, {"Authorization": f"Bearer {secret}"}, basic(secret)]


def test_a_foreign_peer_reads_with_a_key_of_scope_read_alone() -> None:
    app, _ = made()
    cases = [(None, 401, "key-required"), (basic("password"), 401, "key-required")]
    cases += [(headers, 401, "key-unknown") for headers in shown(WRONG)]
    cases += [(headers, 403, "scope-missing") for headers in shown(USE)]
    with serving(app, FOREIGN) as base, httpx.Client(base_url=base) as client:
        for path in PATHS:
            for headers, status, name in cases:
                got = client.get(path, headers=headers)
                assert (got.status_code, got.json()["type"]) == (status, f"urn:sereno:problem:{name}"), path
                assert got.headers["www-authenticate"]
                assert "a secret" not in got.text
            for headers in shown(READ):
                assert client.get(path, headers=headers).status_code == 200, path


def test_more_queries_than_may_wait_are_refused_at_once() -> None:
    app, view = made(query_threads=1, query_waiting=1)
    began, release = threading.Event(), threading.Event()

    def held(_query: Any, _sort: str) -> Any:
        began.set()
        release.wait(30)
        return []

    view.store.users = held
    with serving(app) as base:
        first = threading.Thread(target=httpx.get, args=(f"{base}/analytics/users",), kwargs={"timeout": 30})
        first.start()
        assert began.wait(30)
        busy = httpx.get(f"{base}/analytics/messages")
        assert (busy.status_code, busy.json()["type"]) == (503, "urn:sereno:problem:busy")
        assert busy.headers["retry-after"] == "1"
        release.set()
        first.join()
        assert httpx.get(f"{base}/analytics/messages").status_code == 200


def test_one_export_more_than_allowed_is_refused_until_one_ends() -> None:
    app, view = made(exports=1)
    release = threading.Event()

    def slow(_query: Any) -> Any:
        for _ in range(20_000):  # more than is made ahead of a reader
            yield view.store.records[0].call
        release.wait(30)

    original, view.store.export = view.store.export, slow
    with serving(app) as base:
        with httpx.stream("GET", f"{base}/analytics/export?format=jsonl", timeout=30) as first:
            assert first.status_code == 200
            refused = httpx.get(f"{base}/analytics/export")
            assert (refused.status_code, refused.json()["type"]) == (503, "urn:sereno:problem:busy")
            assert refused.headers["retry-after"] == "10"
            release.set()
            assert sum(1 for _ in first.iter_lines()) == 20_000
        view.store.export = original
        assert httpx.get(f"{base}/analytics/export").status_code == 200


def test_one_live_stream_more_than_allowed_is_refused() -> None:
    app, _ = made(live_streams=1)
    with serving(app) as base, httpx.stream("GET", f"{base}/analytics/live", timeout=30) as first:
        lines = first.iter_lines()  # kept: a generator thrown away closes its stream
        assert next(lines)
        refused = httpx.get(f"{base}/analytics/live")
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:sereno:problem:busy")


def failing(*_: Any, **__: Any) -> Any:
    raise RuntimeError("a secret of /var/lib")


@pytest.mark.parametrize("path", ["/sereno", "/analytics/aggregations", "/analytics/export?format=csv"])
def test_a_fault_of_our_own_tells_nothing_and_is_guarded(path: Any) -> None:
    app, view = made()
    view.store.aggregate = view.store.export = failing
    with serving(app) as base:
        answer = httpx.get(base + path, headers={"Accept": "text/html"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] in ("no-store", "no-cache")  # never reused unasked
    assert "default-src" in answer.headers["content-security-policy"]
    assert view.requests[-1][1] == 500


@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_fault_in_the_middle_of_a_file_cuts_it(form: Any) -> None:
    app, view = made()

    def broken(_query: Any) -> Any:
        for _ in range(20_000):
            yield view.store.records[0].call
        failing()

    view.store.export = broken
    with serving(app) as base, pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{base}/analytics/export?format={form}")
