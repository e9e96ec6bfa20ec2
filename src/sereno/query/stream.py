"""A blocking iterator as an asynchronous one: a thread of its own, a short queue, back-pressure both ways."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import TypeVar

T = TypeVar("T")
_AHEAD = 4


async def streamed(make: Callable[[], Iterator[T]]) -> AsyncGenerator[T, None]:
    """What the iterator yields, made and run in one thread; its error is raised here.

    The iterator is at most a few items ahead of the reader. When the reader stops, the iterator is closed.

    Args:
        make: makes the iterator; runs in the thread, as every step of it does.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[tuple[T] | BaseException | None] = asyncio.Queue()
    room = threading.Semaphore(_AHEAD)
    stopped = threading.Event()

    def put(item: tuple[T] | BaseException | None) -> None:
        try:
            loop.call_soon_threadsafe(queue.put_nowait, item)
        except RuntimeError:  # the loop has ended
            stopped.set()

    def work() -> None:
        try:
            iterator = make()
            try:
                for item in iterator:
                    room.acquire()
                    if stopped.is_set():
                        return
                    put((item,))
            finally:
                close = getattr(iterator, "close", None)
                if close is not None:
                    close()
        except BaseException as error:  # noqa: BLE001  # handed to the reader, whatever it is
            put(error)
        else:
            put(None)

    threading.Thread(target=work, name="sereno-stream", daemon=True).start()
    try:
        while (item := await queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            room.release()
            yield item[0]
    finally:
        stopped.set()
        room.release()
