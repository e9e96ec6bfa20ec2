"""The network: our ports, the model servers, who can reach us, TLS."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Iterator, Sequence
from typing import Any

from sereno import conventions
from sereno.assembly.checkup.finding import Finding, Verdict
from sereno.assembly.upstream import check_upstream
from sereno.config import Address, Settings
from sereno.config.sections.upstream import Upstream
from sereno.errors import ConfigError
from sereno.store.keyfile import read_keys
from sereno.supervisor.listen import ollama_version
from sereno.trust.hosts import is_loopback

_LOCAL = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  looked up, not bound


def ports(settings: Settings) -> Iterator[Finding]:
    """Each of our two ports answers as ours, or is free."""
    yield _port("gateway", settings.gateway.listen, "--listen", tls=settings.gateway.tls_cert is not None)
    yield _port("keeper", settings.keeper.listen, "--keeper", tls=False)


def _port(name: str, address: Address, option: str, *, tls: bool) -> Finding:
    host = _LOCAL.get(address.host, address.host)
    if address.port == 0:
        return Finding(name, "ok", "takes a free port")
    health = _health(host, address.port, tls=tls)
    if health is not None:
        verdict: Verdict = "ok" if health["status"] == "ok" else "warn"
        down = health.get("keeper") == "down"
        found = f"runs on {address}, status {health['status']}" + (", without a keeper" if down else "")
        if down:
            return Finding(name, "warn", found, "start it: sereno keeper")
        # The keeper's own checks say what was seen and what to do.
        checks = [check for check in health.get("checks", ()) if check.get("status") != "ok"]
        return Finding(name, verdict, found, _told(checks))
    try:
        with socket.create_server((address.host, address.port), family=_family(address.host)):
            return Finding(name, "ok", f"not running; port {address.port} is free")
    except OSError as error:
        version = ollama_version(host, address.port)
        if version is not None:
            return Finding(
                name,
                "fail",
                f"port {address.port} is taken by an Ollama {version}",
                f"start it with OLLAMA_HOST=127.0.0.1:11435, or choose another address with {option}",
            )
        return Finding(
            name, "fail", f"cannot listen on {address}: {error.strerror}", f"choose another address with {option}"
        )


def _told(checks: Sequence[dict[str, Any]]) -> str:
    """What the checks say that are not well; beside a store that fails only the names of those that fail with it."""
    first = [check for check in checks if check["name"] == "store"] or checks
    rest = [check["name"] for check in checks if check not in first]
    told = "; ".join(f"{check['name']}: {check['detail']}" for check in first)
    return told + (f"; therefore also {', '.join(rest)}" if rest else "")


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _health(host: str, port: int, *, tls: bool) -> dict[str, Any] | None:
    """What our own readiness address says there; None if nothing of ours answers."""
    connection: http.client.HTTPConnection
    if tls:
        # Our own port on this machine, asked for its health only: its certificate names another host.
        context = ssl._create_unverified_context()  # noqa: S323, SLF001
        connection = http.client.HTTPSConnection(host, port, timeout=2.0, context=context)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=2.0)
    try:
        connection.request("GET", conventions.READY_PATH, headers={"Host": "localhost", "Connection": "close"})
        answer = connection.getresponse()
        body = json.loads(answer.read(100_000))
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    ours = answer.status in {200, 503} and isinstance(body, dict) and isinstance(body.get("status"), str)
    return body if ours else None


def upstreams(settings: Settings) -> Iterator[Finding]:
    """Each model server answers, and what it is."""
    for upstream in settings.upstreams:
        yield _upstream(upstream)


def _upstream(upstream: Upstream) -> Finding:
    name = f"server {upstream.name}"
    state = check_upstream(upstream)
    if state.up:
        what = {"ollama": "Ollama", "openai": "OpenAI API"}.get(state.api or "", "answers")
        models = "" if state.installed is None else f", {len(state.installed)} model{'s' * (len(state.installed) != 1)}"
        none = state.installed is not None and not state.installed
        return Finding(
            name,
            "warn" if none else "ok",
            f"{what}{f' {state.version}' if state.version else ''} at {upstream.url}{models}",
            "install a model, for instance: ollama pull llama3.2" if none and state.api == "ollama" else "",
        )
    return Finding(
        name,
        "fail",
        state.error or f"{upstream.url} does not answer",
        f"start it there, or name its address with --upstream {upstream.name}=URL",
    )


def doors(settings: Settings) -> Iterator[Finding]:
    """Nobody from elsewhere reaches a model or the record without a key."""
    try:
        keys = read_keys(settings.data)
    except ConfigError as error:
        yield Finding("keys", "fail", str(error))
        return
    public = not is_loopback(settings.gateway.listen.host) and settings.gateway.listen.host != "localhost"
    if public and settings.gateway.require_key == "never":
        yield Finding(
            "keys", "warn", "everyone who reaches this machine may use its models", 'gateway.require_key = "auto"'
        )
    elif public and not any(key.allows("use") for key in keys):
        yield Finding(
            "keys",
            "fail",
            f"gateway.listen is {settings.gateway.listen} and there is no key; it will not start",
            "sereno keys add NAME",
        )
    else:
        yield Finding("keys", "ok", f"{len(keys)} issued")


def tls(settings: Settings) -> Iterator[Finding]:
    """Certificate and key belong together and can be read."""
    cert, key = settings.gateway.tls_cert, settings.gateway.tls_key
    if cert is None or key is None:
        return
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(cert, key)
    except (OSError, ssl.SSLError) as error:
        yield Finding("tls", "fail", f"{cert} and {key}: {error}", "give a PEM certificate chain and its private key")
    else:
        yield Finding("tls", "ok", str(cert))
