"""A key that has spent its month's budget is refused, as the API that is called words it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.rig import OK, Gateway, Upstream, gateway, respond, upstream
from sereno.conventions import POLICY_FILE
from sereno.trust.keys import issue
from sereno.trust.policy import Policy, encode_policy

SPENT, SPENT_SECRET = issue("ci", ["use"], random=b"s" * 28, now=0.0, budget_usd_per_month=20)
RICH, RICH_SECRET = issue("ann", ["use"], random=b"r" * 28, now=0.0, budget_usd_per_month=50)


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[tuple[Upstream, Gateway]]:
    policy = Policy(keys=(SPENT, RICH), exhausted=(SPENT.id,))
    (tmp_path / POLICY_FILE).write_bytes(encode_policy(policy))
    with upstream(respond(OK)) as server, gateway(server, data=tmp_path) as running:
        yield server, running


def ask(running: Gateway, path: bytes, secret: str) -> tuple[int, bytes]:
    lines = (b"GET %b HTTP/1.1" % path, b"Host: localhost", b"X-Sereno-Key: " + secret.encode(), b"", b"")
    status, _, body = running.ask(b"\r\n".join(lines))
    return status, body


@pytest.mark.parametrize("path", [b"/api/tags", b"/v1/models", b"/v1/messages"])
def test_it_is_refused_and_the_model_server_hears_nothing(stand: tuple[Upstream, Gateway], path: bytes) -> None:
    server, running = stand
    status, body = ask(running, path, SPENT_SECRET)
    assert status == 429
    error = json.loads(body)["error"]
    sentence = error if path.startswith(b"/api") else error["message"]
    assert "The key 'ci' has spent its budget of 20 USD for this month (UTC)" in sentence
    assert f"sereno keys budget {SPENT.id}" in sentence
    if path != b"/api/tags":
        assert error["type"] == "rate_limit_error"
    assert server.received == []


def test_others_pass(stand: tuple[Upstream, Gateway]) -> None:
    _, running = stand
    assert ask(running, b"/api/tags", RICH_SECRET)[0] == 200
    assert running.ask(b"GET /api/tags HTTP/1.1\r\nHost: localhost\r\n\r\n")[0] == 200
