"""The start screen is calm, true and fits 80 columns."""

from __future__ import annotations

from pathlib import Path

from sereno.assembly.up import Addresses
from sereno.cli.start_screen import start_screen
from sereno.config import Address, Settings, Upstream
from sereno.config.sections.gateway import Gateway
from sereno.metrics.ollama import Installed, ServerState

OLLAMA = Upstream(name="default", url="http://127.0.0.1:11435")
GPU = Upstream(name="gpu", url="https://gpu.example.org", models=("qwen*",))
UP = ServerState(up=True, api="ollama", version="0.24.0", installed=(Installed("a"), Installed("b")))
DOWN = ServerState(up=False, api=None, error="refused")


def screen(settings: Settings, states: list[ServerState], gateway: str = "127.0.0.1", *, colour: bool = False) -> str:
    addresses = Addresses(Address(gateway, 11434), Address("127.0.0.1", 8004))
    return start_screen(settings, addresses, states, colour=colour)


def test_all_is_well() -> None:
    assert screen(Settings(data=Path("/data"), upstreams=(OLLAMA,)), [UP]).splitlines()[2:] == [
        "  clients   http://127.0.0.1:11434",
        "  pages     http://127.0.0.1:11434/sereno  (also on 127.0.0.1:8004)",
        "  metrics   http://127.0.0.1:11434/metrics",
        "  servers   http://127.0.0.1:11435  Ollama 0.24.0, 2 models",
        "  data      /data",
        "",
        "Ctrl-C lets running answers end, then stops.",
    ]


def test_a_server_that_does_not_answer_comes_with_what_to_do() -> None:
    text = screen(Settings(data=Path("/data"), upstreams=(OLLAMA, GPU)), [DOWN, DOWN])
    assert "http://127.0.0.1:11435  does not answer" in text
    assert "OLLAMA_HOST=127.0.0.1:11435 ollama serve" in text
    assert text.count("ollama serve") == 1, "nobody starts an Ollama here for a server elsewhere"
    assert "https://gpu.example.org does not answer yet; until it does, calls get 502." in text
    assert max(map(len, text.splitlines())) <= 80


def test_what_a_browser_can_open_is_shown() -> None:
    settings = Settings(data=Path("/d"), upstreams=(OLLAMA,), gateway=Gateway(tls_cert=Path("c"), tls_key=Path("k")))
    text = screen(settings, [UP], "::")
    assert "https://[::1]:11434/sereno" in text
    assert "http://0.0.0.0" not in screen(Settings(data=Path("/d"), upstreams=(OLLAMA,)), [UP], "0.0.0.0")


def test_colour_only_where_it_is_wanted() -> None:
    settings = Settings(data=Path("/d"), upstreams=(OLLAMA,))
    assert "\x1b" not in screen(settings, [UP])
    assert "\x1b" in screen(settings, [UP], colour=True)
