"""Settings that are right alone and wrong together."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from sereno import conventions
from sereno.config.kinds import Address, show_size
from sereno.config.sections.upstream import Upstream
from sereno.config.table import Settings

_OURS = frozenset(
    path.strip("/") for path in (*conventions.KEEPER_PREFIXES, conventions.HEALTH_PATH, conventions.READY_PATH)
)


def contradictions(settings: Settings) -> list[str]:
    """A sentence for each pair of settings that cannot both hold."""
    return [
        *_gateway(settings),
        *_journal(settings),
        *_upstreams(settings.upstreams, settings),
        *_prices(settings),
        *_categories(settings),
        *_evaluations(settings),
    ]


def _gateway(settings: Settings) -> Iterator[str]:
    gateway, keeper = settings.gateway, settings.keeper
    if (gateway.tls_cert is None) != (gateway.tls_key is None):
        missing, given = ("tls_key", "tls_cert") if gateway.tls_key is None else ("tls_cert", "tls_key")
        yield f"gateway.{given} is set without gateway.{missing}; TLS needs both, a certificate and its private key"
    if gateway.listen.port and gateway.listen == keeper.listen:
        yield f"gateway.listen and keeper.listen are both {gateway.listen}; give the keeper another port (--keeper)"


def _journal(settings: Settings) -> Iterator[str]:
    journal, workers = settings.journal, settings.gateway.workers
    share = journal.max_bytes // workers
    if share < 2 * journal.segment_bytes:
        yield (
            f"journal.max_bytes is {show_size(journal.max_bytes)}, {show_size(share)} for each of {workers} workers, "
            f"too little for two journal files of {show_size(journal.segment_bytes)}; "
            "raise journal.max_bytes or lower journal.segment_bytes"
        )
    if settings.gateway.capture_in_flight_bytes < settings.gateway.capture_max_bytes:
        yield "gateway.capture_in_flight_bytes is below gateway.capture_max_bytes; one body must fit"


def _upstreams(upstreams: tuple[Upstream, ...], settings: Settings) -> Iterator[str]:
    prefixes: dict[str, str] = {}
    if all(upstream.models or upstream.path_prefix for upstream in upstreams):
        yield (
            f"each of the model servers {', '.join(upstream.name for upstream in upstreams)} has models or a "
            "path_prefix; one must have neither: it takes every request that no other one claims"
        )
    for upstream in upstreams:
        if points_at(upstream.url, settings.gateway.listen):
            yield (
                f"upstreams.{upstream.name}.url is {upstream.url}, where the gateway itself listens: requests would go "
                "round in circles; move the model server to another port, or set gateway.listen (--listen)"
            )
        prefix = upstream.path_prefix.strip("/")
        if upstream.path_prefix and (not upstream.path_prefix.startswith("/") or not prefix):
            yield f"upstreams.{upstream.name}.path_prefix is {upstream.path_prefix!r}; expected a path such as /vllm"
        if prefix.partition("/")[0] in _OURS:
            yield (
                f"upstreams.{upstream.name} has the path prefix /{prefix}, which is Sereno's own; "
                f"set upstreams.{upstream.name}.path_prefix to another"
            )
        if prefix and prefix in prefixes:
            yield f"upstreams.{upstream.name} and upstreams.{prefixes[prefix]} share the path prefix /{prefix}"
        prefixes.setdefault(prefix, upstream.name)


def _prices(settings: Settings) -> Iterator[str]:
    for price in settings.prices:
        where = f"prices.{price.name}"
        if not price.models:
            yield f'{where} is for no model; set {where}.models, for instance to ["qwen3*"], or to ["*"] for all'
        by_token = [name for name in ("input", "output", "cached_input") if getattr(price, name) is not None]
        by_time = [name for name in ("per_hour", "watts", "per_kwh") if getattr(price, name) is not None]
        if by_token and by_time:
            yield (
                f"{where} is both by token ({', '.join(by_token)}) and by time ({', '.join(by_time)}); "
                "leave one of them out, or make two tables for different models"
            )
        elif not by_token and not by_time:
            yield f"{where} has no price; set {where}.input and {where}.output (0 is free), or {where}.per_hour"
        elif by_token and price.input is None:
            yield f"{where}.{by_token[0]} is set without {where}.input; a price by token begins with the prompt's"
        elif price.watts is not None and price.per_kwh is None:
            yield f"{where}.watts is set without {where}.per_kwh, the price of a kilowatt-hour; set both"


def _categories(settings: Settings) -> Iterator[str]:
    if not settings.categories:
        return
    from sereno.config.categories import categoriser_of  # noqa: PLC0415  a gateway, which has none, starts without it

    try:
        categoriser_of(settings)
    except ValueError as error:
        yield f"[categories.NAME]: {error}"


def _evaluations(settings: Settings) -> Iterator[str]:
    if not settings.evaluations:
        return
    from sereno.quality.errors import QualityError  # noqa: PLC0415  as above
    from sereno.quality.plan import Plan  # noqa: PLC0415

    for one in settings.evaluations:
        where = f"evaluations.{one.name}"
        for field in ("set", "model"):
            if not getattr(one, field):
                yield f"{where} has no {field}; set {where}.{field}"
        if (one.every is None) == (not one.cron):
            told = "has both every and cron" if one.cron else "says not how often"
            yield f'{where} {told}; set either {where}.every (such as "1d") or {where}.cron (such as "0 3 * * *")'
        try:
            Plan(every=one.every, cron=one.cron or "0 0 * * *", timezone=one.timezone).after(0)
        except QualityError as error:
            yield f"{where}: {error}"


def points_at(url: str, listen: Address) -> bool:
    """Whether a URL reaches an address on this machine, as far as names can tell."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if not listen.port or port != listen.port:
        return False
    local = {"localhost", "127.0.0.1", "::1"}
    host = parts.hostname or ""
    return host == listen.host or (host in local and listen.host in {*local, "0.0.0.0", "::"})  # noqa: S104  compared, not bound
