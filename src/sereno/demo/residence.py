"""Which model is loaded and until when: `keep_alive`, `/api/ps`, load and unload.

Both names share one file of weights, so, as in Ollama, they share one runner: `/api/ps` shows the name that loaded
it, and unloading either unloads both.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sereno.demo.answers import ApiError
from sereno.demo.catalogue import Model
from sereno.demo.engine import Engine

DEFAULT_KEEP_ALIVE = 300.0
FOREVER = math.inf
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")


def keep_alive(asked: Any) -> float:
    """Seconds a model stays loaded after a request; negative means for good.

    Raises:
        ApiError: It is neither a number of seconds nor a duration like `10m`.

    >>> keep_alive("1h30m"), keep_alive(0), keep_alive(-1), keep_alive(None)
    (5400.0, 0.0, inf, 300.0)
    """
    if asked is None:
        return DEFAULT_KEEP_ALIVE
    if isinstance(asked, int | float) and not isinstance(asked, bool):
        return float(asked) if asked >= 0 else FOREVER
    if isinstance(asked, str):
        text = asked.strip()
        sign, text = (-1, text[1:]) if text.startswith("-") else (1, text)
        if text in {"0", ""}:
            return 0.0 if text else DEFAULT_KEEP_ALIVE
        if text.isdigit():
            return float(text) if sign > 0 else FOREVER
        parts = _DURATION.findall(text)
        if parts and "".join(number + unit for number, unit in parts) == text:
            return FOREVER if sign < 0 else sum(float(number) * _UNITS[unit] for number, unit in parts)
    raise ApiError(400, f'time: invalid duration "{asked}"')


class Residence:
    """The loaded engines of one file.

    Args:
        path: the GGUF file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = asyncio.Lock()
        self._writer: Engine | None = None
        self._embedder: Engine | None = None
        self._users = 0
        self._keep = DEFAULT_KEEP_ALIVE
        self._timer: asyncio.TimerHandle | None = None
        self._unloading: asyncio.Task[None] | None = None
        self.model: Model | None = None
        self.expires_ns: int | None = None
        self.weight_bytes = 0

    @asynccontextmanager
    async def use(self, model: Model, keep: float, *, embeds: bool = False) -> AsyncIterator[Engine]:
        """The engine for one request, loaded if need be; it stays loaded `keep` seconds after the last one."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._users += 1
        self._keep = keep
        try:
            yield await self._engine(model, embeds=embeds)
        finally:
            self._users -= 1
            if self._users == 0:
                self._schedule()

    async def unload(self) -> None:
        """Free the memory, unless a request is running; then it goes with the last one."""
        self._keep = 0.0
        if self._users == 0:
            await self.close()

    async def close(self) -> None:
        """Free the memory."""
        async with self._lock:
            if self._users:
                return
            engines = [engine for engine in (self._writer, self._embedder) if engine is not None]
            self._writer = self._embedder = self.model = None
            self.expires_ns = None
            for engine in engines:
                await engine.close()

    async def _engine(self, model: Model, *, embeds: bool) -> Engine:
        async with self._lock:
            engine = self._embedder if embeds else self._writer
            if engine is None:
                engine = await asyncio.to_thread(Engine, self._path, embeds=embeds)
                self.weight_bytes = await engine.weight_bytes()
                if embeds:
                    self._embedder = engine
                else:
                    self._writer = engine
            if self.model is None:
                self.model = model
            self.expires_ns = self._expiry()
            return engine

    def _expiry(self) -> int:
        # Ollama's "for good" is the longest Go duration, some 292 years.
        seconds = min(self._keep, 2**63 / 1e9)
        return time.time_ns() + int(seconds * 1e9)

    def _schedule(self) -> None:
        self.expires_ns = self._expiry() if self.model else None
        if self._keep == FOREVER:
            return
        self._timer = asyncio.get_running_loop().call_later(self._keep, self._expire)

    def _expire(self) -> None:
        self._timer = None
        self._unloading = asyncio.get_running_loop().create_task(self.close())
