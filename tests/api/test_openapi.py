"""Requests made up from our own OpenAPI document: nothing may answer 5xx or what is not documented."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.client import FromPeer
from api.double import NOW, KeeperDouble, MemoryStore, chat
from sereno.api.app import create_app
from sereno.api.options import ApiOptions

VIEW = KeeperDouble(MemoryStore([chat("hello", "hi", serial=i, at=NOW - i, session="s") for i in range(3)]))
APP = create_app(VIEW, ApiOptions())
SCHEMA = schemathesis.openapi.from_dict(APP.openapi())


class _NoLifespan(FromPeer):
    """The client starts and ends the application around every request; here it lives through all of them."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        else:
            await super().__call__(scope, receive, send)


SCHEMA.app = _NoLifespan(APP, "127.0.0.1")
CHECKS = (not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance)


@pytest.mark.skipif(
    sys.version_info < (3, 11, 5),
    reason="this Python's ast.parse fails at random beside other threads (CPython 106905); Hypothesis uses it",
)
@SCHEMA.exclude(path="/analytics/live").parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_are_as_documented(case: Any) -> None:
    case.headers = {"Host": "localhost"}
    case.call_and_validate(base_url="http://localhost", checks=CHECKS)
