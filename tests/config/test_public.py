"""Where clients reach the gateway."""

from __future__ import annotations

from pathlib import Path

import pytest

from sereno.config.kinds import Address
from sereno.config.public import public_url
from sereno.config.sections.gateway import Gateway
from sereno.config.table import Settings

CERT = Path("both.pem")


@pytest.mark.parametrize(
    ("gateway", "bound", "url"),
    [
        (Gateway(), None, "http://127.0.0.1:11434"),
        (Gateway(listen=Address("0.0.0.0", 80)), None, "http://127.0.0.1:80"),
        (Gateway(listen=Address("::", 0)), Address("::", 4321), "http://[::1]:4321"),
        (
            Gateway(listen=Address("gpu.example.org", 443), tls_cert=CERT, tls_key=CERT),
            None,
            "https://gpu.example.org:443",
        ),
        (Gateway(public_url="https://llm.example.org"), Address("0.0.0.0", 4321), "https://llm.example.org"),
    ],
)
def test_it_is_what_is_set_else_where_it_listens(gateway: Gateway, bound: Address | None, url: str) -> None:
    assert public_url(Settings(gateway=gateway), bound) == url
