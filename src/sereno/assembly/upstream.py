"""A look at a model server, for the start screen and `sereno doctor`."""

from __future__ import annotations

from sereno.config.sections.upstream import Upstream
from sereno.metrics.ollama import ServerState
from sereno.models.poll import Poller, Target


def check_upstream(upstream: Upstream, timeout: float = 2.0) -> ServerState:
    """What a model server says now; never raises for what it does."""
    poller = Poller(
        Target(name=upstream.name, url=upstream.url, ca_file=upstream.ca_file, verify=upstream.verify), timeout
    )
    try:
        return poller.poll()
    finally:
        poller.close()
