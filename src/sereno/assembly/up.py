"""Settings to supervised processes: one keeper and N gateway workers that share one listening socket.

Children get the settings as they are now, on their command lines, and read no file and no variable of their own
choosing: a worker that is started again after a crash is the worker that fell.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection
from contextlib import ExitStack
from typing import cast

import msgspec

from sereno import conventions
from sereno.assembly.energy import local_upstreams
from sereno.assembly.gateway import gateway_options
from sereno.assembly.prices import prices_of
from sereno.config.kinds import Address
from sereno.config.load import NO_FILE, Loaded, all_names
from sereno.config.table import BY_NAME, Settings, find
from sereno.errors import ConfigError
from sereno.gateway.serve import refuse_open_door
from sereno.journal.instance import prepare_data
from sereno.keeper.policy import PolicyWriter
from sereno.supervisor.listen import listen
from sereno.supervisor.lock import DataLock
from sereno.supervisor.probes import http_answers, worker_alive
from sereno.supervisor.run import supervise
from sereno.supervisor.spec import PARENT_FD, ChildSpec, sereno_command
from sereno.trust.policy import RequireKey

PATIENCE_SECONDS = 3.0
"""How long a taken port may belong to workers of a killed predecessor."""
KEEPER_STOP_SECONDS = 30.0
_LOCAL = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  looked up, not bound


class Addresses(msgspec.Struct, frozen=True):
    """Where clients and people reach what runs now (ports that were 0 are known by then)."""

    gateway: Address
    keeper: Address


def up(loaded: Loaded, on_ready: Callable[[Addresses], None], until: Callable[[], bool] | None = None) -> int:
    """Run keeper and gateway workers until a signal, then drain them.

    Args:
        loaded: the settings.
        on_ready: called once, when all are ready for the first time.
        until: see `supervise`.

    Returns:
        Exit status of `supervise`.

    Raises:
        ConfigError: a port is taken, the data folder is in use or cannot be used, the door would stand open, or the
            provider of a model server has no price list.
    """
    settings = loaded.settings
    prices_of(settings)  # an unknown provider is told now, not by a keeper that does not start
    local_upstreams(settings)
    prepare_data(settings.data)
    DataLock(settings.data).release()  # before the ports, so that a second `up` is told about the folder
    with ExitStack() as stack:
        patience = PATIENCE_SECONDS if _was_running(settings) else 0.0
        sock = stack.enter_context(
            listen(settings.gateway.listen.host, settings.gateway.listen.port, patience=patience)
        )
        refuse_open_door(gateway_options(settings), sock)
        keeper = _keeper_address(settings.keeper.listen, patience)
        port: int = sock.getsockname()[1]
        addresses = Addresses(Address(settings.gateway.listen.host, port), keeper)
        _write_policy(settings)
        specs = child_specs(loaded, sock.fileno(), addresses)
        return supervise(specs, settings.data, on_ready=lambda: on_ready(addresses), until=until)


def _write_policy(settings: Settings) -> None:
    """Write what the gateways are to enforce before they start, as the keeper does each second from then on.

    Without it a key made before the first start would be unknown, and a revoked one known, until the keeper is up.
    """
    require_key = cast("RequireKey", settings.gateway.require_key)
    allowed_hosts = tuple(host.lower() for host in settings.gateway.allowed_hosts)
    try:
        PolicyWriter(settings.data, require_key, allowed_hosts).run()
    except OSError as error:
        raise ConfigError(f"{settings.data} cannot be written: {error.strerror}") from error


def child_specs(loaded: Loaded, listen_fd: int, addresses: Addresses) -> list[ChildSpec]:
    """The children: gateway workers first, the keeper, which drains what they leave, stopped last."""
    settings = loaded.settings
    placed = {"gateway.listen": str(addresses.gateway), "keeper.listen": str(addresses.keeper)}
    run = settings.data / conventions.RUN_DIR
    gateways = [
        ChildSpec(
            name=f"gateway {worker}",
            argv=sereno_command(
                "gateway",
                *("--worker", str(worker), "--listen-fd", str(listen_fd), "--parent-fd", PARENT_FD),
                *settings_arguments(loaded, placed, leave_out=NOT_FOR_GATEWAYS),
            ),
            pass_fds=(listen_fd,),
            ready=worker_alive(run / conventions.STATUS_FILE.format(worker=worker)),
            stop_seconds=settings.gateway.drain_timeout + 5.0,
        )
        for worker in range(settings.gateway.workers)
    ]
    host = _LOCAL.get(addresses.keeper.host, addresses.keeper.host)
    keeper = ChildSpec(
        name="keeper",
        argv=sereno_command(
            "keeper", "--parent-fd", PARENT_FD, *settings_arguments(loaded, placed, leave_out=("agent.", "client."))
        ),
        ready=http_answers(host, addresses.keeper.port, conventions.HEALTH_PATH),
        stop_order=1,
        stop_seconds=KEEPER_STOP_SECONDS,
        essential=False,  # a broken store must not keep the gateways from forwarding
    )
    return [*gateways, keeper]


def settings_arguments(loaded: Loaded, placed: dict[str, str], leave_out: Collection[str] = ()) -> list[str]:
    """The settings as arguments that give a child the same ones, whatever its files and environment say.

    Args:
        loaded: the settings.
        placed: addresses by name, with ports that are known by now.
        leave_out: beginnings of names that the child has no use for.
    """
    arguments = ["--config", NO_FILE, "--data", str(loaded.settings.data)]
    for upstream in loaded.settings.upstreams:
        arguments += ["--upstream", f"{upstream.name}={upstream.url}"]
    for name in all_names(loaded):
        row = find(name)
        if row is None or row.secret or name == "data" or (name.endswith(".url") and name.startswith("upstreams.")):
            continue
        if (name not in loaded.origins and name not in placed) or name.startswith(tuple(leave_out)):
            continue
        text = placed.get(name) or row.kind.show(loaded.value(name))
        own_option = BY_NAME[name].option if name in OPTIONS_OF_CHILDREN else ""
        arguments += [own_option, text] if own_option else ["--set", f"{name}={text}"]
    return arguments


NOT_FOR_GATEWAYS = (
    *("prices.", "categories.", "keeper.", "store.", "retention.", "tracing.", "api.", "ui."),
    *("agent.", "client."),
)
"""Beginnings of settings that a gateway has no use for."""
OPTIONS_OF_CHILDREN = frozenset({"log.level"})
"""Settings that both children take by their own option; the others go by --set."""


def _keeper_address(wanted: Address, patience: float) -> Address:
    """The keeper's address, tried now so that a taken port is told in one sentence before anything starts."""
    try:
        with listen(wanted.host, wanted.port, patience=patience) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            return Address(wanted.host, sock.getsockname()[1])
    except ConfigError as error:
        raise ConfigError(f"the keeper: {error}".replace("--listen", "--keeper")) from error


def _was_running(settings: Settings) -> bool:
    """Whether a worker of this data folder may still be draining."""
    status = settings.data / conventions.RUN_DIR / conventions.STATUS_FILE.format(worker=0)
    return worker_alive(status)()
