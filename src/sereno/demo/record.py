"""What Sereno says of the demo: read from its API, compared with what was sent."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import httpx

from sereno.calls import LLM_OPERATIONS
from sereno.demo.script import SEARCH_WORD
from sereno.demo.visitors import Sent
from sereno.errors import StoreError

PAGE = 1000
"""Most calls the API lists at once; `sereno demo --calls` asks for fewer."""


class Figures(NamedTuple):
    """The summary; durations in seconds, speeds in tokens a second, `None` where nothing was measured.

    Attributes:
        calls: LLM calls recorded.
        users: different users.
        models: calls by model.
        statuses: calls by status.
        input_tokens: tokens of all prompts.
        output_tokens: tokens of all answers.
        tokens_per_second: median speed of generation.
        latency_p50: half of the calls took at most so long.
        latency_p95: 95 of 100 took at most so long.
        ttft_p50: half of the streams began within so long.
        found: how many calls the search for `SEARCH_WORD` finds.
    """

    calls: int
    users: int
    models: Counter[str]
    statuses: Counter[str]
    input_tokens: int
    output_tokens: int
    tokens_per_second: float | None
    latency_p50: float | None
    latency_p95: float | None
    ttft_p50: float | None
    found: int


async def recorded(client: httpx.AsyncClient, since: float, expected: int, patience: float) -> list[dict[str, Any]]:
    """Every LLM call since a wall time, once so many are there.

    Args:
        client: for Sereno's address.
        since: Unix seconds.
        expected: how many were sent.
        patience: seconds to wait for the last of them; then what is there is returned.

    Raises:
        StoreError: Sereno's API does not answer.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            answer = await client.get("/analytics/messages", params={"start_time": f"{since:.3f}", "limit": PAGE})
            listed: list[dict[str, Any]] = answer.raise_for_status().json()
            # The list of models that was asked for first is recorded too, as `other`: it is no LLM call.
            calls = [call for call in listed if call["operation"] in LLM_OPERATIONS]
        except (httpx.HTTPError, ValueError) as error:
            if time.monotonic() > deadline:
                raise StoreError(
                    f"Sereno's API did not answer at {str(client.base_url).rstrip('/')}/analytics/messages: {error}"
                ) from error
            calls = []
        if len(calls) >= expected or time.monotonic() > deadline:
            return calls
        await asyncio.sleep(0.1)


async def found(client: httpx.AsyncClient, since: float) -> int:
    """How many calls contain the search word."""
    query: dict[str, str | int] = {"search": SEARCH_WORD, "start_time": f"{since:.3f}", "limit": PAGE}
    return len((await client.get("/analytics/messages", params=query)).raise_for_status().json())


def figures(calls: Sequence[dict[str, Any]], hits: int) -> Figures:
    """The summary of recorded calls."""
    speeds = [call["tokens_per_second"] for call in calls if call["tokens_per_second"]]
    latencies = [call["latency"] for call in calls if call["status"] != "aborted"]
    return Figures(
        len(calls),
        len({call["user"] for call in calls if call["user"]}),
        Counter(str(call["model"]) for call in calls),
        Counter(call["status"] for call in calls),
        sum(call["input_tokens"] or 0 for call in calls),
        sum(call["output_tokens"] or 0 for call in calls),
        quantile(speeds, 0.5),
        quantile(latencies, 0.5),
        quantile(latencies, 0.95),
        quantile([call["ttft"] for call in calls if call["ttft"] is not None], 0.5),
        hits,
    )


def quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that `share` of all values do not exceed; None of none.

    >>> quantile([3, 1, 2, 4], 0.5), quantile([], 0.5)
    (2, None)
    """
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)]


def differences(sent: Sequence[Sent], calls: Sequence[dict[str, Any]]) -> list[str]:
    """What was sent but is not recorded, and the other way round; empty when both agree call by call.

    Tokens are compared where the visitor got counts; who leaves gets none.
    """
    kept: Counter[Sent] = Counter(
        Sent(
            str(call["user"]),
            call["operation"],
            call["status"],
            call["input_tokens"] if call["status"] == "success" else None,
            call["output_tokens"] if call["status"] == "success" else None,
        )
        for call in calls
    )
    told = Counter(sent)
    missing = [f"sent but not recorded: {_text(one)} × {count}" for one, count in (told - kept).items()]
    return missing + [f"recorded but not sent: {_text(one)} × {count}" for one, count in (kept - told).items()]


def _text(one: Sent) -> str:
    return f"{one.operation} by {one.user}, {one.status}, {one.input_tokens} in, {one.output_tokens} out"
