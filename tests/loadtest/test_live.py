"""The view of a run: drawn without a run's help, and harmless whatever a server says."""

from __future__ import annotations

import asyncio
import doctest
import importlib
import io
import pkgutil

import pytest
from rich.console import Console

import sereno.loadtest
from loadtest.running import plan
from loadtest.test_findings import HOSTILE, sample
from sereno.loadtest.address import read_address
from sereno.loadtest.live import View, line
from sereno.loadtest.profile import steady
from sereno.loadtest.run import Run
from sereno.loadtest.tally import Tally


def drawn(tally: Tally) -> tuple[str, str]:
    async def view() -> tuple[str, str]:
        made = plan(read_address("http://127.0.0.1:1"), profile=steady(1, 90.0))
        run = Run(made, tally.add)
        out = Console(file=io.StringIO(), width=100, force_terminal=False)
        out.print(View(made, run, tally))
        assert isinstance(out.file, io.StringIO)
        return out.file.getvalue(), line(tally, run)

    return asyncio.run(view())


def test_the_view_shows_figures_so_far() -> None:
    tally = Tally()
    for n in range(1, 101):
        tally.add(sample(0.0, n / 100, first_chunk=n / 200))
    screen, single = drawn(tally)
    for text in (screen, single):
        assert "100 ended, 0 under way, 0 waiting, 0 failed" in text
        assert "p50 500 ms, p95 950 ms, p99 990 ms" in text
        assert "p50 250 ms, p95 475 ms, p99 495 ms" in text
    assert "0s of 1m30s" in screen


def test_a_failure_is_shown_without_its_control_characters() -> None:
    tally = Tally()
    tally.add(sample(0.0, 0.1, status="error", error_type="http_5xx", error_message=HOSTILE))
    screen, single = drawn(tally)
    for text in (screen, single):
        assert "1 failed" in text
        assert "\x1b" not in text
    assert "http_5xx: <script>" in screen


MODULES = [f"sereno.loadtest.{found.name}" for found in pkgutil.iter_modules(sereno.loadtest.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
