"""What the model servers said at their last poll: gauges, the list of models, and names for label slots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from threading import Event
from time import time

from sereno.keeper.labels import ModelLabels
from sereno.keeper.schedule import Job
from sereno.metrics.increments import Labels
from sereno.metrics.ollama import Installed, Loaded, ServerState, figures, model_name
from sereno.models.poll import Poller, Target
from sereno.query.view import InstalledModel, UpstreamState


class Upstreams:
    """Polls every server and keeps what it said last.

    Args:
        targets: the servers.
        labels: installed models take label slots as well.
        clock: epoch seconds.
    """

    def __init__(self, targets: Sequence[Target], labels: ModelLabels, clock: Callable[[], float] = time) -> None:
        self._pollers = {target.name: Poller(target) for target in targets}
        self._labels = labels
        self._clock = clock
        self._states: dict[str, tuple[ServerState, float]] = {}
        self._ollama: frozenset[str] = frozenset()

    def jobs(self, every: float) -> list[Job]:
        """A job for each server, so that one that hangs delays no other."""
        return [Job(name=f"poll:{name}", every=every, run=partial(self.poll, name)) for name in self._pollers]

    def poll(self, name: str, stop: Event | None = None) -> None:  # noqa: ARG002  a poll limits itself
        """Ask one server.

        Raises:
            StoreError: the label slots could not be claimed; the state is noted all the same.
        """
        state = self._pollers[name].poll()
        self._states[name] = (state, self._clock())
        if state.api == "ollama" and state.up:
            self._ollama |= {name}
        self._labels.claim(model_name(model.name, state.api) for model in state.installed or ())

    def ollama(self) -> frozenset[str]:
        """The servers that answered as an Ollama; one that did stays one while this keeper runs, up or down."""
        return self._ollama

    def figures(self) -> dict[tuple[str, Labels], float]:
        """The gauges of all servers that were polled."""
        out: dict[tuple[str, Labels], float] = {}
        for name, (state, _) in list(self._states.items()):
            out.update(figures(name, state, self._labels))
        return out

    def states(self) -> list[UpstreamState]:
        """The servers as API and pages show them, in the order configured."""
        out = []
        for name, poller in self._pollers.items():
            state, at = self._states.get(name, (None, None))
            url = poller.target.url
            if state is None:
                out.append(UpstreamState(name=name, url=url, up=None))
                continue
            models = _models(state)
            out.append(
                UpstreamState(name=name, url=url, up=state.up, version=state.version, polled_at=at, models=models)
            )
        return out

    def troubles(self) -> dict[str, str | None]:
        """Why each polled server is not up, None for those that are."""
        return {name: None if state.up else state.error for name, (state, _) in list(self._states.items())}

    def close(self) -> None:
        """Close the connections."""
        for poller in self._pollers.values():
            poller.close()


def _models(state: ServerState) -> tuple[InstalledModel, ...]:
    """Installed models, marked where they are loaded; loaded ones that are not installed come last."""
    loaded = {model_name(model.name, state.api): model for model in state.loaded or ()}
    installed = {model_name(model.name, state.api): model for model in state.installed or ()}
    names = [*sorted(installed), *sorted(loaded.keys() - installed.keys())]
    return tuple(_model(name, installed.get(name), loaded.get(name)) for name in names)


def _model(name: str, installed: Installed | None, loaded: Loaded | None) -> InstalledModel:
    details = installed.details if installed else None
    return InstalledModel(
        name=name,
        size_bytes=installed.size if installed else None,
        digest=installed.digest if installed else None,
        family=details.family if details else None,
        parameter_size=details.parameter_size if details else None,
        quantization=details.quantization_level if details else None,
        loaded=loaded is not None,
        memory_bytes=loaded.size if loaded else None,
        vram_bytes=loaded.size_vram if loaded else None,
    )
