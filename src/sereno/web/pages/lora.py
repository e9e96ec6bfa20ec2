"""The list of adapters: every version, who is champion, what was done, and how their losses compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from sereno.lora.training import Training
from sereno.query.adapters import AdapterMessage, LogMessage, adapter_list, adapter_log
from sereno.query.fields import Field
from sereno.query.times import parse_time
from sereno.store.ledger import lora_registry
from sereno.web.loss_curves import MOST_VERSIONS, loss_charts
from sereno.web.page import Ask, Look, Page, Table
from sereno.web.pages import adapter, adapters_compared

BASE = Field(name="base_model", kind="name", help="Adapters of this base model.", maximum=4096,
             example="HuggingFaceTB/SmolLM2-135M-Instruct")  # fmt: skip
MOST_LINES = 50
_COLUMNS = ("version", "base_model", "aliases", "is_active", "rank", "alpha", "dropout", "num_epochs", "learning_rate",
            "batch_size", "training_loss", "validation_loss", "training_time_seconds", "parameters", "size_bytes",
            "format", "location", "digest", "created_at", "deployed_at", "models")  # fmt: skip


class Run(msgspec.Struct, frozen=True):
    """The training of a version whose curves are drawn."""

    version: str
    training: Training


class AdapterList(msgspec.Struct, frozen=True, kw_only=True):
    """Adapters.

    Attributes:
        adapters: the newest first.
        bases: every base model that has one.
        log: what was done, newest first.
        runs: those with an alias, then the newest, as many as a chart can show.
    """

    adapters: list[AdapterMessage]
    bases: list[str]
    log: list[LogMessage]
    runs: list[Run]


def gather(ask: Ask) -> AdapterList:
    """Ask the ledger."""
    ledger, base = ask.view.ledger, ask.values.get(BASE)
    if ledger is None:
        return AdapterList(adapters=[], bases=[], log=[], runs=[])
    every = adapter_list(ledger)
    rows = [row for row in every if base in {None, row.base_model}]
    drawn = sorted(rows, key=lambda row: not row.aliases)[:MOST_VERSIONS]
    with ledger.read() as connection:
        runs = [
            Run(row.version, found.training)
            for row in drawn
            if (found := lora_registry.adapter(connection, row.version)) is not None
        ]
    return AdapterList(
        adapters=rows,
        bases=sorted({row.base_model for row in every}),
        log=adapter_log(ledger, base, MOST_LINES),
        runs=runs,
    )


def shape(content: AdapterList, look: Look) -> Mapping[str, Any]:
    """Figures over the list, moments of rows, curves."""
    actions = [line.action for line in content.log]
    champion = next((row for row in content.adapters if row.is_active), None)
    newest = next((row for row in content.adapters if row is not champion), None)
    return {
        "charts": loss_charts([(run.version, run.training) for run in content.runs], look.t),
        "created": [parse_time(row.created_at, 0.0) for row in content.adapters],
        "done_at": [parse_time(line.at, 0.0) for line in content.log],
        "champions": sum(row.is_active for row in content.adapters),
        "promotions": actions.count("promote"),
        "refusals": actions.count("refuse"),
        "pair": (champion.version, newest.version) if champion and newest else None,
    }


def table(content: AdapterList) -> Table:
    """One row a version."""
    return Table((*_COLUMNS, "quality"), [_cells(row) for row in content.adapters])


def _cells(row: AdapterMessage) -> Sequence[Any]:
    quality = None if row.quality is None else row.quality.value
    return [_cell(value) for value in (*(getattr(row, name) for name in _COLUMNS), quality)]


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return " ".join(value) if isinstance(value, list | tuple) else value


PAGES: tuple[Page, ...] = (
    Page(name="lora", path="/lora", template="lora.html", section="lora", fields=(BASE,), gather=gather, shape=shape,
         table=table),
    adapters_compared.PAGE,
    adapter.PAGE,
)  # fmt: skip
