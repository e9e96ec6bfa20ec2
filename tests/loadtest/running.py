"""Runs a plan in a test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from sereno.loadtest.address import Address
from sereno.loadtest.apis import api_of
from sereno.loadtest.plan import Plan
from sereno.loadtest.profile import steady
from sereno.loadtest.run import Ending, Run
from sereno.loadtest.sample import Sample


def plan(address: Address, **fields: Any) -> Plan:
    """A plan for Ollama's chat."""
    api = api_of(fields.pop("api", "ollama-chat"))
    known: dict[str, Any] = {"model": "m", "conversations": [("hola",)], "profile": steady(1, 1.0), **fields}
    made = Plan(address=address, path=fields.get("path", api.path), api=api, **known)
    made.check()
    return made


def run(made: Plan, watch: Callable[[Run, Sample], None] | None = None) -> tuple[list[Sample], Ending]:
    """All requests of a plan, and how it ended."""
    samples: list[Sample] = []

    async def go() -> Ending:
        def sink(sample: Sample) -> None:
            samples.append(sample)
            if watch is not None:
                watch(running, sample)

        running = Run(made, sink)
        return await running.go()

    return samples, asyncio.run(go())
