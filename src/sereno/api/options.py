"""What is configured about the API."""

from __future__ import annotations

import msgspec

from sereno.errors import ConfigError
from sereno.lora.rule import Rule
from sereno.query.access import AccessRules


class ApiOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of the API and the pages.

    Attributes:
        access: who may read.
        cors_origins: origins (`https://dash.example.org`) whose pages may read `/analytics` and `/sereno/api`.
        cors_credentials: whether these pages may let the browser send what it remembers (HTTP Basic).
        requests_per_minute: of one key or peer; loopback without a key is not limited; 0 for no limit.
        burst: requests that may come at once before the limit slows them.
        query_seconds: time limit of one query.
        query_threads: queries at once.
        query_waiting: queries running or waiting, beyond which new ones get 503.
        exports: exports at once.
        live_streams: `/analytics/live` connections at once.
        gate: what a promotion of an adapter must show.
        cache_seconds: how long an aggregate is remembered while no call is ingested.
    """

    access: AccessRules = AccessRules()
    cors_origins: tuple[str, ...] = ()
    cors_credentials: bool = False
    requests_per_minute: float = 600.0
    burst: int = 120
    query_seconds: float = 10.0
    query_threads: int = 4
    query_waiting: int = 64
    exports: int = 2
    live_streams: int = 64
    gate: Rule = Rule()
    cache_seconds: float = 10.0

    def __post_init__(self) -> None:
        for origin in self.cors_origins:
            scheme, _, rest = origin.partition("://")
            if scheme not in ("http", "https") or not rest or any(c in rest for c in "/*?#@ ") or rest != rest.lower():
                raise ConfigError(
                    f"{origin!r} in cors_origins is not an origin. Write scheme, host and port as the browser sends "
                    "them, such as https://dash.example.org or http://localhost:8080; `*` is not accepted, because "
                    "every web page could then read the record."
                )
