"""What the commands of adapters need: an open ledger with its store, and the model server that is meant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from sereno.artifacts.servers.llamacpp import LlamaCpp
from sereno.artifacts.servers.ollama import Ollama
from sereno.artifacts.servers.server import Http, Server
from sereno.artifacts.servers.vllm import Vllm
from sereno.assembly.ledger import open_ledger
from sereno.assembly.store import open_store
from sereno.config.table import Settings
from sereno.journal.instance import prepare_data
from sereno.lora.rule import Rule
from sereno.store.base import Store
from sereno.store.ledger import Ledger

Kind = Literal["vllm", "llama.cpp", "ollama"]


@contextmanager
def registry(settings: Settings, *, read_only: bool = False, make: bool = False) -> Iterator[tuple[Ledger, Store]]:
    """The ledger and the store.

    Args:
        settings: name them.
        read_only: for commands that only look.
        make: for commands that bring something in: make them where they are not there yet.

    Raises:
        StoreError: they cannot be opened, or there are none.
    """
    if make:
        prepare_data(settings.data)
    elif not read_only:
        open_store(settings, read_only=True).close()  # tells that there is no record instead of making one
    store = open_store(settings, read_only=read_only)
    try:
        ledger = open_ledger(settings, read_only=read_only)
        try:
            yield ledger, store
        finally:
            ledger.close()
    finally:
        store.close()


def gate_of(settings: Settings) -> Rule:
    """What a promotion must show."""
    return Rule(margin=settings.lora.margin, minimum=settings.lora.minimum)


def server_of(kind: Kind, url: str) -> Server:
    """A model server of one kind.

    Raises:
        ConfigError: the address is none.
    """
    http = Http(url)
    match kind:
        case "vllm":
            return Vllm(http)
        case "llama.cpp":
            return LlamaCpp(http)
        case "ollama":
            return Ollama(http)
