"""The panel before a whole Sereno whose narrator is a real small model, SmolLM2 135M in llama.cpp, in Chromium."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from clients.conftest import Stack, demo_stack
from grafana.conftest import HOSTS, Visitor

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
__all__ = ["demo_stack"]
MINUTES = 240_000


def test_a_real_model_tells_and_what_it_tells_is_judged(
    visiting: Callable[..., Visitor], built: Path, demo_stack: Stack
) -> None:
    assert built
    visitor = visiting(HOSTS["react19"], demo_stack.url)
    options = {"analysis": "plain", "model": demo_stack.model}
    page = visitor.open(options=json.dumps(options))
    page.get_by_role("button", name="Explain", exact=True).click()
    answer = page.get_by_test_id("answer")
    expect(answer).to_have_attribute("aria-busy", "true", timeout=MINUTES)  # words stand there before the end
    verdict = page.get_by_test_id("verdict")
    expect(verdict).to_contain_text(f"told by {demo_stack.model}", timeout=MINUTES)
    # What the panel shows is what the service counted of this model's words.
    (told, *_) = httpx.get(f"{demo_stack.url}/sereno/api/explain/history").json()
    assert told["model"] == demo_stack.model
    assert told["text"].strip()
    counted = f"{told['supported']} of {told['numbers']} figures" if told["numbers"] else "No figures to check"
    expect(verdict).to_contain_text(counted)
    assert answer.locator("[data-supported=false]").count() >= told["numbers"] - told["supported"]
    assert (visitor.said, visitor.refused) == ([], [])
