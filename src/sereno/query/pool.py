"""Blocking store queries away from the event loop: a few threads, a time limit each, no endless queue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, perf_counter
from typing import TypeVar

from sereno.errors import StoreTimeoutError
from sereno.query.problems import Problem, query_timeout
from sereno.store.deadline import deadline

T = TypeVar("T")


class QueryPool:
    """Runs queries in threads.

    A query that exceeds its limit is answered with 503 and the store ends it (`store.deadline`), so its thread is free
    again; until then it counts as taken, so slow queries can never pile up beyond `waiting`.

    Args:
        threads: queries at once.
        waiting: queries running or waiting, beyond which new ones are refused.
        limit_seconds: time limit of one query, waiting included.
        observe: told name and seconds of each.
    """

    def __init__(self, threads: int, waiting: int, limit_seconds: float, observe: Callable[[str, float], None]) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="sereno-query")
        self._waiting = waiting
        self._limit = limit_seconds
        self._observe = observe
        self._pending = 0

    async def run(self, name: str, query: Callable[[], T]) -> T:
        """The result of a query.

        Args:
            name: what it is called in metrics and problems, bounded.
            query: does the work in a thread.

        Raises:
            Problem: 503, there are too many queries or this one took too long.
        """
        if self._pending >= self._waiting:
            raise Problem(
                "busy",
                503,
                f"{self._pending} queries are running or waiting. Try again in a moment.",
                headers={"Retry-After": "1"},
            )
        until = monotonic() + self._limit
        future = asyncio.get_running_loop().run_in_executor(self._executor, self._timed, name, query, until)
        self._pending += 1
        future.add_done_callback(self._done)
        done, _ = await asyncio.wait((future,), timeout=self._limit)
        try:
            if done:
                return future.result()
        except StoreTimeoutError as error:
            raise self._late(name) from error
        raise self._late(name)

    def _late(self, name: str) -> Problem:
        return query_timeout(f"The query `{name}` took longer than {self._limit:g} s.")

    def _timed(self, name: str, query: Callable[[], T], until: float) -> T:
        began = perf_counter()
        try:
            left = until - monotonic()
            if left <= 0:  # it waited so long for a thread that nobody waits for it
                raise StoreTimeoutError(f"The query `{name}` got no thread in time.")
            with deadline(left):
                return query()
        finally:
            self._observe(name, perf_counter() - began)

    def _done(self, future: asyncio.Future[T]) -> None:
        self._pending -= 1
        if not future.cancelled():
            future.exception()  # looked at, so that a query nobody waits for any more is not reported as lost

    def close(self) -> None:
        """Take no more queries; those running end by themselves."""
        self._executor.shutdown(wait=False, cancel_futures=True)
