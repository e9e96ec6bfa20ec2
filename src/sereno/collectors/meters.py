"""The meters of this machine, looked for when they are first read, and again while there are none.

Looking loads NVIDIA's library and may wait for a driver, so it happens in the thread that reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sereno.collectors.collector import Collector, reading
from sereno.collectors.find import find
from sereno.metrics.hardware import Reading


class Meters:
    """Reads whatever meters there are.

    Args:
        look: finds them.
    """

    def __init__(self, look: Callable[[], Sequence[Collector]] = lambda: find().collectors) -> None:
        self._look = look
        self._collectors: Sequence[Collector] = ()

    def read(self, at: float) -> Reading:
        """All meters now; `at` in epoch seconds. A reading of nothing says that there are none."""
        if not self._collectors:
            self._collectors = self._look()
        return reading(self._collectors, at)

    def close(self) -> None:
        """Release them."""
        for collector in self._collectors:
            collector.close()
        self._collectors = ()
