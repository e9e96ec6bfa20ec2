"""The dashboards, one a file; `ALL` is the list."""

from __future__ import annotations

from collections.abc import Callable

from sereno.dashboards.board import Board
from sereno.dashboards.boards import llmops_overview
from sereno.dashboards.limits import Limits

ALL: tuple[Callable[[Limits], Board], ...] = (llmops_overview.board,)
