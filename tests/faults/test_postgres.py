"""A PostgreSQL that dies within a batch and a page: the gateway goes on, and nothing is lost or counted twice."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from parts.postgres import postgres

StartSereno = Callable[..., Any]
StartLoad = Callable[..., Any]
Reconcile = Callable[..., list[str]]
WaitFor = Callable[..., Any]

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sereno' AND wait_event_type = 'Lock'"


@pytest.mark.timeout(300)
def test_it_dies_and_comes_back(
    start_sereno: StartSereno, start_load: StartLoad, reconcile: Reconcile, wait_for: WaitFor
) -> None:
    with postgres(durable=True) as server:
        sereno = start_sereno("--set", f"store.url={server.url()}")
        load = start_load(sereno.port, pause=0.02)
        wait_for(lambda: sereno.metric("sereno_calls_ingested_total") > 0, "a first call in the store")

        # A lock holds a batch and a page in the middle of their work; then the server goes as in a power cut.
        pages: list[tuple[int, str, dict[str, str]]] = []
        page = threading.Thread(target=lambda: pages.append(sereno.get("/sereno/calls?lang=en")))
        with psycopg.connect(server.url()) as other:
            other.execute("LOCK TABLE sereno.calls, sereno.state IN ACCESS EXCLUSIVE MODE")
            page.start()
            wait_for(lambda: server.execute(WAITING) >= [(2,)], "a batch and a page that wait")
            server.stop(signal.SIGQUIT)
            other.close()
        page.join()
        status, text, _ = pages[0]
        assert (status, "Traceback" in text) == (503, False)
        assert "PostgreSQL" in text

        during = len(load.completed)
        wait_for(lambda: len(load.completed) > during + 40, "calls meanwhile")
        status, text, _ = sereno.get("/sereno/calls?lang=en")
        assert (status, "does not answer" in text) == (503, True), text
        status, text, _ = sereno.get("/analytics/messages")
        assert (status, "does not answer" in text) == (503, True), text

        server.start()
        wait_for(lambda: sereno.answers(sereno.keeper_port, "/readyz"), "a keeper that is ready again")
        during = len(load.completed)
        wait_for(lambda: len(load.completed) > during + 20, "calls afterwards")
        load.stop()
        assert load.broken == set()
        assert reconcile(sereno, [load], []) == []
        assert len(sereno.messages()) == len(load.completed)
        assert "Traceback" not in sereno.log.read_text()
        assert sereno.stop() == 0
