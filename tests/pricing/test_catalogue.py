"""The catalogue against the package that it reads: the same bill for every model, and whose address is whose."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from genai_prices import Usage as PackageUsage
from genai_prices import calc_price
from genai_prices.data_snapshot import get_snapshot

from sereno.pricing.catalogue import Entry, catalogue
from sereno.pricing.tokens import Tokens

TIMES = [datetime(2024, 1, 1, 9, tzinfo=UTC), datetime(2025, 6, 10, tzinfo=UTC), datetime(2026, 11, 1, 17, tzinfo=UTC)]


def test_every_model_is_billed_as_the_package_bills_it() -> None:
    r = random.Random(4)
    compared = 0
    for provider in get_snapshot().providers:
        for model in provider.models:
            for at in r.sample(TIMES, 2):
                rates = Entry(provider.id, model).rates(at.timestamp())
                if rates is None:
                    continue
                sent, got = r.choice((0, 1, 999, 128_001, 200_000, 200_001, 1_000_001)), r.choice((0, 1, 5_000))
                written = r.choice((0, r.randint(0, sent)))
                cached = r.randint(0, sent - written)
                tokens = Tokens(sent, cached, got, r.randint(0, got), written, r.randint(0, written))
                ours = rates.cost(tokens)
                if ours is None:
                    assert got
                    assert rates.output is None
                    continue
                usage = PackageUsage(
                    input_tokens=tokens.input,
                    cache_read_tokens=tokens.cached,
                    cache_write_tokens=tokens.written,
                    cache_write_1h_tokens=tokens.written_hour,
                    output_tokens=tokens.output,
                    output_reasoning_tokens=tokens.reasoning,
                )
                bill = model.calc_price(usage, provider, genai_request_timestamp=at)
                assert ours == pytest.approx(float(bill.total_price), rel=1e-9, abs=1e-11), (provider.id, model.id)
                compared += 1
    assert compared > 2000


@pytest.mark.parametrize(
    ("url", "provider"),
    [
        ("https://api.openai.com/v1/chat/completions", "openai"),
        ("https://api.anthropic.com/v1/messages", "anthropic"),
        ("https://openrouter.ai/api/v1/chat/completions", "openrouter"),
        ("https://myres.openai.azure.com/openai/deployments/x", "azure"),
        ("https://api.groq.com/openai/v1/chat/completions", "groq"),
        ("https://router.huggingface.co/groq/openai/v1/chat/completions", "huggingface_groq"),
        ("https://llm.example.org/v1/chat/completions", None),
        ("http://127.0.0.1:11435/api/chat", None),
        ("", None),
    ],
)
def test_an_address_tells_the_provider(url: str, provider: str | None) -> None:
    assert catalogue().provider_at(url) == provider


def test_a_name_alone_tells_only_what_everyone_sells_at_one_price() -> None:
    found = catalogue().find("claude-sonnet-4-5", None)
    assert found is not None
    assert (found.provider, found.model.id) == ("anthropic", "claude-sonnet-4-5")
    # AWS asks a tenth more for this one.
    asked = {
        float(calc_price(PackageUsage(input_tokens=10**6), "claude-opus-4-5", provider_id=seller).total_price)
        for seller in ("anthropic", "aws")
    }
    assert len(asked) == 2
    assert catalogue().find("claude-opus-4-5", None) is None
    assert catalogue().find("mistral-large-latest", None) is None  # its weights are open


def test_a_subscription_lists_models_without_a_price() -> None:
    entry = catalogue().find("gpt-4.1", "github-copilot")
    assert entry is None or entry.rates(TIMES[-1].timestamp()) is None


def test_every_provider_can_be_named() -> None:
    names = catalogue().providers()
    assert {"openai", "anthropic", "litellm"} < set(names)
    assert names == sorted(names)
    for name in names:
        catalogue().find("gpt-4o", name)
