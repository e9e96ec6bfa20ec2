"""TLS contexts: one for the listener, one for each model server that asks for it."""

from __future__ import annotations

import ssl
from pathlib import Path

from sereno.errors import ConfigError
from sereno.gateway.options import UpstreamOptions


def listener_context(cert_file: Path, key_file: Path) -> ssl.SSLContext:
    """For clients: TLS 1.2 or newer, HTTP/1.1 only. `ConfigError` if the files do not fit."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(cert_file, key_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"the TLS certificate {cert_file} and key {key_file} cannot be used: {error}") from error
    return context


def upstream_context(options: UpstreamOptions) -> ssl.SSLContext | None:
    """For a model server; None when its URL is http. `ConfigError` if its CA file cannot be read."""
    if not options.url.startswith("https://"):
        return None
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    if options.ca_file is not None:
        try:
            context.load_verify_locations(options.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(
                f"upstream {options.name!r}: the CA file {options.ca_file} cannot be read: {error}"
            ) from error
    if not options.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
