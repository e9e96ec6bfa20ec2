"""Settings to the energy of calls: this machine's meters, and the model servers that run on it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from sereno.collectors.meters import Meters
from sereno.config.table import Settings
from sereno.conventions import RUN_DIR
from sereno.errors import ConfigError
from sereno.journal.status import OpenCall, read_run
from sereno.keeper.energy import Energy
from sereno.trust.hosts import is_loopback


def energy_of(settings: Settings) -> Energy | None:
    """What shares energy among calls; None where it is off, or no model server runs on this machine.

    Raises:
        ConfigError: `energy.upstreams` names a model server that is not configured.
    """
    local = local_upstreams(settings)
    if settings.energy.meters == "off" or not local:
        return None
    run = settings.data / RUN_DIR

    def running() -> Iterator[OpenCall]:
        for status in read_run(run)[0]:
            yield from status.open

    meters = Meters()
    return Energy(meters.read, running, local, every=settings.energy.interval, release=meters.close)


def local_upstreams(settings: Settings) -> frozenset[str]:
    """Names of the model servers that run on this machine.

    Raises:
        ConfigError: `energy.upstreams` names one that is not configured.
    """
    known = {upstream.name for upstream in settings.upstreams}
    wrong = [name for name in settings.energy.upstreams if name not in known]
    if wrong:
        raise ConfigError(
            f"energy.upstreams is {', '.join(settings.energy.upstreams)}; {wrong[0]!r} is none of the configured model"
            f" servers ({', '.join(sorted(known)) or 'none'})"
        )
    if settings.energy.upstreams:
        return frozenset(settings.energy.upstreams)
    return frozenset(upstream.name for upstream in settings.upstreams if _is_here(upstream.url))


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host == "localhost" or is_loopback(host)
