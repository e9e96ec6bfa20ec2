"""Which price a call has, and what it comes to: published price lists, hand-computed sums, hostile names."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from subprocess import run
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.calls import Call, Timing, Usage
from sereno.pricing.machine import MachineRates
from sereno.pricing.prices import Prices, price, priced
from sereno.pricing.rates import Rates, flat
from sereno.pricing.servers import Server
from sereno.pricing.tables import PriceTable
from store.made import a_call

SERVERS = {
    "ollama": Server("http://127.0.0.1:11435"),
    "openai": Server("https://api.openai.com"),
    "anthropic": Server("https://api.anthropic.com"),
    "google": Server("https://generativelanguage.googleapis.com"),
    "deepseek": Server("https://api.deepseek.com"),
    "perplexity": Server("https://api.perplexity.ai"),
    "huggingface": Server("https://router.huggingface.co", prefix="/hf"),
    "proxy": Server("https://llm.example.org"),
    "ours": Server("https://llm.example.org", "local"),
    "litellm": Server("http://127.0.0.1:4000", "litellm"),
    "bought": Server("http://127.0.0.1:4001", "openai"),
}


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def asked(upstream: str, model: str | None, usage: Usage = Usage(1000, None, 100), **more: Any) -> Call:  # noqa: B008  frozen
    fields = {"protocol": "openai", "path": "/v1/chat/completions", "started_at": seconds("2026-10-01T12:00")}
    return a_call(**{**fields, "upstream": upstream, "model": model, "request_model": model, "usage": usage, **more})


def source(call: Call, prices: Prices | None = None) -> str | None:
    found = price(call, prices or Prices((), SERVERS))
    return None if found is None else found[1].replace(":0.2.3:", ":V:")


# Published prices (USD per million tokens), as the providers' price pages had them in autumn 2026:
# OpenAI gpt-4o 2.50 in, 1.25 cached, 10 out; text-embedding-3-small 0.02; o3 10/40 until 2025-06-09, then 2/8.
# Anthropic Claude Sonnet 4.5 3 in, 0.30 read, 15 out, beyond 200,000 tokens of prompt 6, 0.60, 22.50.
# Google Gemini 2.5 Flash 0.30 in, 0.03 cached, 2.50 out. Perplexity sonar 1/1 and 12 USD a thousand requests.
PUBLISHED = [
    (asked("openai", "gpt-4o", Usage(1_000_000, None, 1_000_000)), 12.5, "openai/gpt-4o"),
    (asked("openai", "gpt-4o", Usage(1_000, 400, 100)), 0.003, "openai/gpt-4o"),  # .6*2.5 + .4*1.25 + .1*10 thousandths
    (asked("openai", "gpt-4o-2024-08-06", Usage(2_000, None, 0)), 0.005, "openai/gpt-4o"),
    (asked("openai", "o3", Usage(1_000_000, None, 0), started_at=seconds("2025-06-09T23:59")), 10.0, "openai/o3"),
    (asked("openai", "o3", Usage(1_000_000, None, 0), started_at=seconds("2025-06-10T00:00")), 2.0, "openai/o3"),
    (asked("openai", "o3", Usage(0, None, 1_000_000, 900_000)), 8.0, "openai/o3"),
    (
        asked("openai", "text-embedding-3-small", Usage(50_000), operation="embeddings"),
        0.001,
        "openai/text-embedding-3-small",
    ),
    (
        asked("anthropic", "claude-sonnet-4-5-20250929", Usage(200_000, 100_000, 1_000), protocol="anthropic"),
        0.345,  # 0.3 + 0.03 + 0.015
        "anthropic/claude-sonnet-4-5",
    ),
    (
        asked("anthropic", "claude-sonnet-4-5-20250929", Usage(200_001, 100_001, 1_000), protocol="anthropic"),
        0.6825006,  # 0.6 + 0.0600006 + 0.0225
        "anthropic/claude-sonnet-4-5",
    ),
    (
        # 0.1 M plain at 3, 0.2 M kept for five minutes at 3.75 (×1.25), 0.3 M for an hour at 6 (×2).
        asked("anthropic", "claude-3-7-sonnet-20250219", Usage(600_000, None, 0, None, 500_000, 300_000)),
        2.85,
        "anthropic/claude-3-7-sonnet-latest",
    ),
    (asked("google", "gemini-2.5-flash", Usage(10_000, 5_000, 1_000)), 0.00415, "google/gemini-2.5-flash"),
    (asked("perplexity", "sonar", Usage(1_000, None, 1_000)), 0.014, "perplexity/sonar"),
    (asked("bought", "gpt-4o", Usage(1_000, None, 0)), 0.0025, "openai/gpt-4o"),
    (asked("litellm", "anthropic/claude-sonnet-4-5", Usage(1_000, None, 0)), 0.003, "anthropic/claude-sonnet-4-5"),
    (asked("litellm", "gpt-4o", Usage(1_000, None, 0)), 0.0025, "openai/gpt-4o"),
    (asked("proxy", "gpt-4o", Usage(1_000, None, 0)), 0.0025, "openai/gpt-4o"),
]


@pytest.mark.parametrize(("call", "usd", "entry"), PUBLISHED, ids=lambda value: getattr(value, "model", None))
def test_a_cloud_call_costs_what_its_provider_published(call: Call, usd: float, entry: str) -> None:
    found = price(call, Prices((), SERVERS))
    assert found is not None
    assert found[0] == pytest.approx(usd, abs=1e-11)
    assert found[1] == f"genai-prices:0.2.3:{entry}"


def test_a_price_by_the_time_of_day_follows_the_call() -> None:
    # DeepSeek's discount hours were 16:30–00:30 UTC: half the price.
    usage = Usage(1_000_000, None, 0)
    by_hour = {
        hour: price(asked("deepseek", "deepseek-chat", usage, started_at=seconds(f"2025-05-01T{hour}")), PRICES)
        for hour in ("00:29", "00:30", "16:29", "16:30")
    }
    assert {hour: found and found[0] for hour, found in by_hour.items()} == {
        "00:29": 0.135,
        "00:30": 0.27,
        "16:29": 0.27,
        "16:30": 0.135,
    }


PRICES = Prices((), SERVERS)
UNKNOWN = {
    "a model of our own, named as a cloud's": asked("ollama", "gpt-4o"),
    "open weights here": asked("ollama", "gpt-oss:20b"),
    "open weights on a server with a public name": asked("proxy", "gpt-oss-120b"),
    "a distilled model with its teacher's name": asked("proxy", "deepseek-r1:7b"),
    "an Ollama with a public name": asked("proxy", "gpt-4o", protocol="ollama"),
    "a path that names another's host": asked("proxy", "claude-opus-4-5", path="/.googleapis.com/v1/chat/completions"),
    "declared as ours": asked("ours", "gpt-4o"),
    "a server that is not configured any more": asked("gone", "gpt-4o"),
    "no model": asked("openai", None),
    "a model nobody has": asked("openai", "no-such-model"),
    "no input": asked("openai", "gpt-4o", Usage(None, None, 100)),
    "no output": asked("openai", "gpt-4o", Usage(1000)),
    "more cached than sent": asked("openai", "gpt-4o", Usage(10, 11, 1)),
    "more read and written than sent": asked("openai", "gpt-4o", Usage(10, 6, 1, None, 5)),
    "more kept for an hour than written": asked("openai", "gpt-4o", Usage(10, None, 1, None, 5, 6)),
    "negative": asked("openai", "gpt-4o", Usage(-1, None, 1)),
    "more tokens than there are": asked("openai", "gpt-4o", Usage(1 << 40, None, 1)),
    "no LLM request": asked("openai", "gpt-4o", operation="other"),
    "a provider without the model": asked("deepseek", "gpt-4o"),
    "Hugging Face's router without a partner": asked("huggingface", "openai/gpt-oss-120b"),
}


@pytest.mark.parametrize("call", UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_known_has_no_price(call: Call) -> None:
    assert price(call, PRICES) is None
    stale = priced(PRICES)(a_call(cost_usd=3.0, cost_source="local:x"))
    assert (stale.cost_usd, stale.cost_source) == (None, None)


def test_the_path_may_name_the_provider() -> None:
    call = asked("huggingface", "meta-llama/llama-3.3-70b-instruct", path="/hf/groq/v1/chat/completions?x=1")
    assert str(source(call)).startswith("genai-prices:V:huggingface_groq/")


TOKENS = Rates(input=flat(2.0), cached=flat(0.5), output=flat(8.0))
FREE = Rates(input=flat(0.0), output=flat(0.0))


def tables(**rates: Rates | MachineRates) -> Prices:
    return Prices([PriceTable(name=name, models=(f"{name}*",), rates=rate) for name, rate in rates.items()], SERVERS)


def test_a_configured_price_comes_before_the_catalogue() -> None:
    ours = Prices([PriceTable(name="mine", models=("GPT-4*",), rates=TOKENS)], SERVERS)
    assert price(asked("openai", "gpt-4o", Usage(1_000_000, None, 0)), ours) == (2.0, "local:mine")
    assert source(asked("openai", "o3"), ours) == "genai-prices:V:openai/o3"


def test_the_first_table_that_fits_is_the_price() -> None:
    prices = Prices(
        [
            PriceTable(name="gpu", models=("*",), upstreams=("proxy",), rates=MachineRates(per_hour=3600.0)),
            PriceTable(name="small", models=("smollm2", "*:1b"), rates=FREE),
            PriceTable(name="rest", models=("*",), rates=TOKENS),
        ],
        SERVERS,
    )
    timing = Timing(2.0)
    assert price(asked("proxy", "smollm2", timing=timing), prices) == (2.0, "local:gpu")
    assert price(asked("ollama", "smollm2:latest"), prices) == (0.0, "local:small")
    assert price(asked("ollama", None), prices) == (0.0028, "local:rest")  # llama.cpp needs no name
    assert price(asked("ollama", "llama3.2:1B"), prices) == (0.0, "local:small")
    assert price(asked("ollama", "smollm2:135m"), prices) == (0.0028, "local:rest")


def test_a_table_that_fits_and_cannot_tell_is_not_passed_over() -> None:
    embeddings_only = Prices([PriceTable(name="e", models=("*",), rates=Rates(input=flat(1.0)))], SERVERS)
    assert price(asked("openai", "gpt-4o"), embeddings_only) is None
    assert price(asked("openai", "any", Usage(3), operation="embeddings"), embeddings_only) == (3e-6, "local:e")


@pytest.mark.parametrize(
    ("rates", "timing", "joules", "usd"),
    [
        # An hour costs 1.80: 3 s of load, 1 s of prompt and 6 s of answer are 10 s, whatever the queue took.
        (MachineRates(per_hour=1.8), Timing(60.0, load=3.0, prompt_eval=1.0, eval=6.0), None, 0.005),
        (MachineRates(per_hour=1.8), Timing(60.0), None, 0.03),
        # 360 W for 10 s are 3600 J, a thousandth of a kWh.
        (MachineRates(watts=360.0, per_kwh=0.3), Timing(60.0, eval=10.0), None, 0.0003),
        (MachineRates(watts=360.0, per_kwh=0.3), Timing(60.0, eval=10.0), 7200.0, 0.0006),  # measured wins
        (MachineRates(per_kwh=0.3), Timing(60.0), 3.6e6, 0.3),
        (MachineRates(per_kwh=0.3), Timing(60.0), None, None),
        (MachineRates(per_hour=1.8, per_kwh=0.3), Timing(10.0), None, None),  # half of it is unknown
        (MachineRates(per_hour=1.8, watts=360.0, per_kwh=0.3), Timing(10.0), None, 0.0053),
        (MachineRates(per_hour=0.0), Timing(10.0), None, 0.0),
    ],
)
def test_a_machine_is_paid_for_the_time_it_was_busy(
    rates: MachineRates, timing: Timing, joules: float | None, usd: float | None
) -> None:
    call = a_call(timing=timing, energy_joules=joules, usage=Usage())
    expected: object = None if usd is None else (pytest.approx(usd, abs=1e-12), "local:a")
    assert price(call, tables(a=rates)) == expected


@pytest.mark.parametrize(
    ("status", "error_type", "usd"),
    [
        ("aborted", "client_closed", 0.001),
        ("error", "truncated_stream", 0.001),
        ("error", "upstream_unreachable", None),  # no machine was kept busy
    ],
)
def test_a_failed_call_costs_what_it_used(status: str, error_type: str, usd: float | None) -> None:
    call = a_call(status=status, error_type=error_type, timing=Timing(2.0), usage=Usage())
    expected: object = None if usd is None else (pytest.approx(usd), "local:a")
    assert price(call, tables(a=MachineRates(per_hour=1.8))) == expected


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        (MachineRates(per_hour=1.8), "1.8 an hour"),
        (MachineRates(watts=350.0, per_kwh=0.28), "350 W at 0.28 per kWh"),
        (MachineRates(per_hour=2.0, per_kwh=0.28), "2 an hour, measured energy at 0.28 per kWh"),
        (Rates(input=((-1, 3.0), (200_000, 6.0)), output=flat(15.0)), "3 (6 above 200,000) in, 15 out per M tokens"),
        (Rates(input=flat(1.0), write=flat(1.25), request=0.012), "1 in, 1.25 cache write per M tokens, 0.012 a call"),
    ],
)
def test_a_price_in_words(rates: Rates | MachineRates, words: str) -> None:
    assert str(rates) == words


def test_tokens_of_a_failed_call_are_paid_where_they_are_known() -> None:
    call = a_call(status="aborted", error_type="client_closed", usage=Usage(1_000_000, None, 0))
    assert price(call, tables(a=TOKENS)) == (2.0, "local:a")


def test_free_is_nothing_and_not_unknown() -> None:
    assert price(a_call(), tables(a=FREE)) == (0.0, "local:a")
    call = priced(tables(a=FREE))(a_call())
    assert (call.cost_usd, call.cost_source) == (0.0, "local:a")


def test_a_call_whose_price_is_the_same_is_the_same() -> None:
    enrich = priced(tables(a=TOKENS))
    call = enrich(a_call())
    assert enrich(call) is call


COUNTS = st.integers(0, 10_000_000)


@given(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
def test_cost_adds_up_and_grows_with_each_kind_of_token(a: int, b: int, c: int, d: int, e: int, f: int) -> None:
    prices = tables(a=TOKENS)

    def usd(plain: int, cached: int, out: int) -> float:
        found = price(a_call(usage=Usage(plain + cached, cached, out)), prices)
        assert found is not None
        return found[0]

    assert usd(a, b, c) + usd(d, e, f) == pytest.approx(usd(a + d, b + e, c + f), abs=1e-10)
    for more in ((a + d, b, c), (a, b + e, c), (a, b, c + f)):
        assert usd(*more) >= usd(a, b, c)
    assert usd(a, b, c) <= usd(a + b, 0, c)  # what came from the cache is never dearer here


@given(st.text(max_size=300), st.sampled_from(sorted(SERVERS)), st.sampled_from(["/v1/chat/completions", "/%00?/"]))
def test_no_name_breaks_pricing_or_lengthens_its_source(model: str, upstream: str, path: str) -> None:
    found = price(asked(upstream, model, path=path), PRICES)
    if found is not None:
        assert found[1].startswith("genai-prices:0.2.3:")
        assert found[1].isprintable()
        assert len(found[1]) <= 120


@pytest.mark.parametrize("name", ["claude-" * 100_000, "gpt-4o" * 50_000, "-" * 200_000, "a/" * 100_000])
@pytest.mark.parametrize("upstream", ["openai", "proxy", "litellm"])
def test_a_very_long_name_is_nobodys(name: str, upstream: str) -> None:
    assert price(asked(upstream, name), PRICES) is None


def test_who_has_no_cloud_never_loads_the_catalogue() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from pricing.test_prices import SERVERS, a_call, tables, TOKENS, price\n"
        "assert price(a_call(), tables(a=TOKENS)) is not None\n"
        "assert price(a_call(model='gpt-4o', upstream='ollama'), tables(a=TOKENS)) is None\n"
        "assert not {'genai_prices', 'pydantic'} & set(sys.modules), sys.modules\n"
    )
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
