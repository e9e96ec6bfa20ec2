"""A question that takes too long is answered with 503, and its thread is free again."""

from __future__ import annotations

import asyncio
import threading
from time import monotonic
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from api.client import FromPeer, fetch
from api.double import KeeperDouble
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.errors import StoreTimeoutError
from sereno.query.pool import QueryPool
from sereno.query.problems import Problem
from sereno.store.base import CallQuery, UserSort
from sereno.store.deadline import due
from sereno.store.sqlite.store import SqliteStore

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


class EndlessStore(SqliteStore):
    """Its users are asked for in SQL that never ends by itself."""

    def users(self, query: CallQuery, sort: UserSort = "calls") -> Any:
        with self._database.read() as connection:
            connection.execute(ENDLESS).fetchone()


def test_the_thread_of_an_endless_query_is_free_again(tmp_path: Any) -> None:
    store = EndlessStore(tmp_path / "sereno.db")
    app = create_app(KeeperDouble(store), ApiOptions(query_threads=1, query_seconds=0.2))
    for _ in range(2):
        late = fetch(app, "/analytics/users")
        assert (late.status_code, late.json()["type"]) == (503, "urn:sereno:problem:query-timeout")
        assert late.headers["retry-after"]
        assert "`start_time`" in late.json()["detail"]

    async def free_again() -> int:
        # The only thread is held by the endless query until the store interrupts it; without that, every answer
        # would be 503 however often it is asked.
        transport = ASGITransport(FromPeer(app, "127.0.0.1"))
        async with AsyncClient(transport=transport, base_url="http://localhost") as client, asyncio.timeout(30):
            while (answer := await client.get("/sereno/api/store")).status_code == 503:
                assert answer.json()["type"] == "urn:sereno:problem:query-timeout"
        return answer.status_code

    assert asyncio.run(free_again()) == 200
    store.close()


def pool(seconds: float) -> QueryPool:
    return QueryPool(1, 4, seconds, lambda _name, _seconds: None)


def test_time_spent_waiting_for_a_thread_counts() -> None:
    async def go() -> None:
        made = pool(100.0)
        loop = asyncio.get_running_loop()
        began, release = loop.create_future(), threading.Event()

        def hold() -> None:
            loop.call_soon_threadsafe(began.set_result, None)
            release.wait()

        first = asyncio.create_task(made.run("first", hold))
        await began
        second = asyncio.create_task(made.run("second", due))
        await asyncio.sleep(0)
        asked = monotonic()  # second waits for the only thread from before now on
        release.set()
        until = await second
        await first
        made.close()
        assert until is not None
        assert until <= asked + 100.0

    asyncio.run(go())


def test_a_timeout_of_the_store_is_the_same_problem_wherever_it_is_raised() -> None:
    def late() -> None:
        raise StoreTimeoutError("interrupted")

    async def go() -> Problem:
        with pytest.raises(Problem) as caught:
            await pool(5.0).run("late", late)
        return caught.value

    assert asyncio.run(go()).name == "query-timeout"
