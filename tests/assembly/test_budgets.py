"""A budget from the command line to the refusal, with real processes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

from assembly.supervised import Up, eventually

CHAT = {"model": "smollm2:135m", "messages": [{"role": "user", "content": "Why is the sky blue?"}]}
PRICE = ("--set", "prices.all.models=*", "--set", "prices.all.input=1000000", "--set", "prices.all.output=1000000")
"""A dollar a token; the model server counts 7 and 2."""


def ask(one: Up, secret: str) -> int:
    return httpx.post(f"{one.gateway}/api/chat", json=CHAT, headers={"X-Sereno-Key": secret}).status_code


def ratio(one: Up) -> float | None:
    lines = httpx.get(f"{one.keeper}/metrics").text.splitlines()
    found = [line for line in lines if line.startswith('sereno_key_budget_used_ratio{key="ci"}')]
    return float(found[0].split()[-1]) if found else None


def listed(one: Up) -> dict[str, Any]:
    (key,) = json.loads(one.sereno("keys", "list", "--json"))
    return dict(key)


def test_a_key_is_refused_once_it_has_spent_its_month_and_passes_with_more(up: Callable[..., Up]) -> None:
    one = up(*PRICE).wait_ready()
    secret = one.sereno("keys", "add", "ci", "--budget-usd-per-month", "10").strip()
    eventually(lambda: ask(one, secret) == 200, "the key is known")
    eventually(lambda: ratio(one) == 0.9, "nine of ten dollars are counted")
    assert ask(one, secret) == 200

    eventually(lambda: ask(one, secret) == 429, "the refusal")
    spent = ratio(one)
    assert spent is not None
    assert spent >= 1.8
    assert listed(one)["budget_usd_per_month"] == 10
    assert listed(one)["spent_usd_this_month"] >= 18
    assert " of 10" in one.sereno("keys", "list")

    one.sereno("keys", "budget", "ci", "1000000")  # until the refusal, many asked at nine dollars each
    eventually(lambda: ask(one, secret) == 200, "more of a budget")
    one.sereno("keys", "budget", "ci", "off")
    eventually(lambda: ratio(one) is None, "no budget")
    assert ask(one, secret) == 200
