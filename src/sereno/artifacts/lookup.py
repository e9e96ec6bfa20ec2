"""Which version a person means."""

from __future__ import annotations

from sereno.lora.adapter import Adapter
from sereno.lora.document import AdapterError
from sereno.store.ledger import Ledger, lora_registry


class UnknownVersionError(AdapterError):
    """There is no such version."""


def found(ledger: Ledger, name: str) -> Adapter:
    """A version by its name, or by an alias where one base model alone has it.

    Raises:
        UnknownVersionError: there is none.
        AdapterError: several base models have this alias.
    """
    with ledger.read() as connection:
        known = lora_registry.adapter(connection, name)
        if known is not None:
            return known
        every = lora_registry.adapters(connection)
    meant = [adapter for adapter in every if name in adapter.aliases]
    if len(meant) == 1:
        return meant[0]
    if meant:
        versions = ", ".join(adapter.version for adapter in meant)
        raise AdapterError(f"{name} is {versions}, each of another base model; name the version")
    near = ", ".join(adapter.version for adapter in every[:5]) or "none yet; sereno lora import DIR brings one in"
    raise UnknownVersionError(f"there is no version {name[:80]!a}; there are: {near}")
