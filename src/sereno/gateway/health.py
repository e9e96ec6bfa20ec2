"""`/healthz` and `/readyz`: the gateway's own word, without the model server's or the keeper's."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import msgspec


def keeper_state(path: str) -> str:
    """`up` if something accepts connections on the keeper's socket, else `down`. Takes microseconds, never waits."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.setblocking(False)
            sock.connect(path)
    except BlockingIOError:  # its queue is full: it lives
        return "up"
    except OSError:
        return "down"
    return "up"


def health_body(
    *, ready: bool, draining: bool, keeper: str, policy: str, worker: int, upstreams: Sequence[str]
) -> bytes:
    """What a probe or a person reads. A keeper that is down does not make the gateway unready: it forwards on."""
    status = "draining" if draining else "ok" if ready else "closed"
    return msgspec.json.encode(
        {"status": status, "keeper": keeper, "policy": policy, "worker": worker, "upstreams": list(upstreams)}
    )
