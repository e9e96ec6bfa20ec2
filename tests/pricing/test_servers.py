"""Which hosts are here and which are clouds."""

from __future__ import annotations

import pytest

from sereno.pricing.servers import Server, is_local

LOCAL = [
    "localhost", "LOCALHOST", "ollama", "gpu-box", "nas.local", "nas.local.", "box.lan", "x.home.arpa", "a.b.internal",
    "host.docker.internal", "ollama.default.svc.cluster.local", "127.0.0.1", "127.9.9.9", "[::1]", "10.0.0.5",
    "172.16.3.4", "192.168.1.2", "169.254.1.1", "100.64.0.1", "[fe80::1]", "[fd12::1]", "0.0.0.0", "192.0.2.1",
    "[::ffff:10.0.0.1]",
]  # fmt: skip
CLOUD = ["api.openai.com", "8.8.8.8", "172.32.0.1", "[2606:4700::1111]", "localhost.example.org", "local.example.org"]


@pytest.mark.parametrize("host", LOCAL)
def test_here(host: str) -> None:
    assert is_local(f"http://{host}:8000")
    assert not Server(f"https://{host}").is_cloud


@pytest.mark.parametrize("host", CLOUD)
def test_elsewhere(host: str) -> None:
    assert not is_local(f"https://{host}")
    assert Server(f"https://{host}").is_cloud


def test_a_provider_outweighs_the_address() -> None:
    assert Server("http://127.0.0.1:4000", "openai").is_cloud
    assert not Server("https://llm.example.org", "local").is_cloud
