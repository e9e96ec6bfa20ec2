"""`sereno doctor`: everything that could go wrong, looked at, with what to do about it.

Each check is a function of the settings that yields findings and never raises. `checkup` runs them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sereno.assembly.checkup.finding import Finding, Verdict
from sereno.assembly.checkup.machine import clock, data_folder, disk_space, open_files, sqlite_library
from sereno.assembly.checkup.meters import meters
from sereno.assembly.checkup.network import doors, ports, tls, upstreams
from sereno.assembly.checkup.record import journal, store
from sereno.config import Loaded, Settings

__all__ = ["CHECKS", "Finding", "Verdict", "checkup"]

CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    data_folder,
    disk_space,
    open_files,
    clock,
    sqlite_library,
    ports,
    upstreams,
    doors,
    tls,
    store,
    journal,
    meters,
)


def checkup(loaded: Loaded) -> Iterator[Finding]:
    """The findings, one by one, the settings' own first."""
    given = f"{len(loaded.origins)} given" + (f", file {loaded.file}" if loaded.file else ", no file")
    yield Finding("settings", "ok", given)
    for check in CHECKS:
        try:
            yield from check(loaded.settings)
        except Exception as error:  # noqa: BLE001  a doctor that falls over helps nobody
            yield Finding(check.__name__, "fail", f"this check itself failed: {type(error).__name__}: {error}")
