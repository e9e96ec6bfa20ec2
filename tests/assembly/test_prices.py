"""Settings to prices in force: in this process, in the children of `sereno up`, in the keeper."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from sereno.assembly.keeper import keeper_options
from sereno.assembly.prices import prices_of
from sereno.assembly.up import settings_arguments
from sereno.calls import Timing, Usage
from sereno.cli.commands import COMMANDS
from sereno.config import Loaded, load
from sereno.errors import ConfigError
from sereno.pricing.prices import price
from store.made import a_call

PAGE = (Path(__file__).parents[2] / "docs/prices.md").read_text("utf-8")
TOML = """
[upstreams.ollama]
url = "http://127.0.0.1:11435"
[upstreams.router]
url = "https://router.huggingface.co"
path_prefix = "/hf/"
[prices.second]
models = ["*"]
upstreams = ["ollama"]
per_hour = 3600
[prices.first]
models = ["a*"]
input = 1
output = 2
"""


def read(tmp_path: Path, toml: str = TOML, *options: tuple[str, str]) -> Loaded:
    (tmp_path / "sereno.toml").write_text(toml)
    return load(environ={}, cwd=tmp_path, home=tmp_path, options=options)


def test_tables_and_servers_are_those_of_the_settings(tmp_path: Path) -> None:
    prices = prices_of(read(tmp_path).settings)
    assert price(a_call(upstream="ollama"), prices) == (1.5, "local:second")
    assert price(a_call(upstream="router"), prices) == (0.00005, "local:first")
    call = a_call(
        upstream="router", model="meta-llama/llama-3.3-70b-instruct", path="/hf/groq/openai/v1/chat/completions"
    )
    found = price(call, prices)
    assert found is not None
    assert found[1].startswith("genai-prices:0.2.3:huggingface_groq/")


def test_a_provider_nobody_knows_is_refused(tmp_path: Path) -> None:
    settings = read(tmp_path, TOML, ("--set", "upstreams.router.provider=hugingface_groq")).settings
    with pytest.raises(ConfigError, match=r"upstreams\.router\.provider is 'hugingface_groq'; .*did you mean hugging"):
        prices_of(settings)


def test_children_of_up_price_alike(tmp_path: Path) -> None:
    loaded = read(tmp_path, TOML, ("--set", "upstreams.router.provider=local"))
    arguments = settings_arguments(loaded, {})
    pairs = list(zip(arguments[::2], arguments[1::2], strict=True))
    child = load(
        environ={}, cwd=tmp_path, home=tmp_path, options=[p for p in pairs if p[0] != "--config"], config="none"
    )
    assert child.settings.prices == loaded.settings.prices
    assert child.settings.upstreams == loaded.settings.upstreams


def test_the_keeper_prices_calls_as_they_come(tmp_path: Path) -> None:
    enrich = keeper_options(read(tmp_path)).enrichers["price"]
    call = enrich(a_call(upstream="ollama"))
    assert (call.cost_usd, call.cost_source) == (1.5, "local:second")


def test_the_page_on_prices_shows_settings_that_work(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    servers = '[upstreams.hosted]\nurl = "https://llm.example.org"\n[upstreams.ollama]\nurl = "http://127.0.0.1:1"\n'
    prices = prices_of(read(tmp_path, servers + example).settings)
    timing, usage = Timing(7200.0), Usage(1_000_000, 100_000, 1_000_000)

    def told(model: str, upstream: str = "ollama") -> tuple[float, str] | None:
        return price(a_call(model=model, upstream=upstream, timing=timing, usage=usage), prices)

    assert told("smollm2:latest") == (0.0, "local:small")
    assert told("llama3.2:1b", "hosted") == (0.0, "local:small")
    assert told("qwen3:8b", "hosted") == (0.738, "local:bought")  # 0.9 × 0.15 + 0.1 × 0.03 + 0.60
    assert told("qwen3:8b") == (4.8, "local:rented")
    assert told("mistral:7b") == (0.196, "local:here")  # 0.35 kW for two hours


@pytest.mark.parametrize("line", re.findall(r"^sereno ([^#\n]+)", PAGE, re.MULTILINE))
def test_the_page_on_prices_shows_commands_that_are_accepted(line: str) -> None:
    name, *words = shlex.split(line)
    get_command(COMMANDS[name].app()).make_context(name, words)
