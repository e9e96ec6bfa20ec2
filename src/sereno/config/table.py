"""Every setting, once: the fields of `Settings` with kind, help, default and command-line option.

`SETTINGS` lists them all by dotted name (`gateway.listen`); sources, checks, the command line's options and
`docs/configuration.md` come from it. `[upstreams.NAME]` repeats for every model server, and so do other sections
whose name ends in `.NAME` for whatever they describe.
"""

# No `from __future__ import annotations`: the annotations are the table and are read below.

from pathlib import Path
from typing import Annotated, Any, get_type_hints

import msgspec

from sereno import conventions
from sereno.alerts.thresholds import Thresholds
from sereno.config import kinds
from sereno.config.kinds import Kind
from sereno.config.sections.agent import Agent
from sereno.config.sections.alerting import Alerting
from sereno.config.sections.api import Api
from sereno.config.sections.category import Category
from sereno.config.sections.client import Client
from sereno.config.sections.contacts import Discord, Email, Slack, Webhook
from sereno.config.sections.drift import Drift
from sereno.config.sections.energy import Energy
from sereno.config.sections.evaluation import Evaluation
from sereno.config.sections.explain import Explain
from sereno.config.sections.gateway import Gateway
from sereno.config.sections.journal import Journal
from sereno.config.sections.keeper import Keeper
from sereno.config.sections.log import Log
from sereno.config.sections.lora import Lora
from sereno.config.sections.maintenance import Maintenance
from sereno.config.sections.objectives import Objectives
from sereno.config.sections.price import Price
from sereno.config.sections.retention import Retention
from sereno.config.sections.store import StoreSection
from sereno.config.sections.tracing import Tracing
from sereno.config.sections.ui import Ui
from sereno.config.sections.upstream import Upstream
from sereno.config.setting import Setting

UPSTREAM_ROW = "upstreams.NAME"


# fmt: off
class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings, validated."""

    data: Annotated[Path, Setting(kinds.path(),
        "The data folder: journal, store, keys; made with mode 0700.", "--data")] = Path("~/.local/share/sereno")
    gateway: Gateway = Gateway()
    upstreams: tuple[Upstream, ...] = ()
    prices: tuple[Price, ...] = ()
    categories: tuple[Category, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    journal: Journal = Journal()
    keeper: Keeper = Keeper()
    store: StoreSection = StoreSection()
    retention: Retention = Retention()
    tracing: Tracing = Tracing()
    energy: Energy = Energy()
    api: Api = Api()
    ui: Ui = Ui()
    explain: Explain = Explain()
    drift: Drift = Drift()
    lora: Lora = Lora()
    agent: Agent = Agent()
    log: Log = Log()
    client: Client = Client()
    alerting: Alerting = Alerting()
    slo: Objectives = Objectives()
    email: Email = Email()
    slack: Slack = Slack()
    discord: Discord = Discord()
    webhook: Webhook = Webhook()
    maintenance: tuple[Maintenance, ...] = ()
    thresholds: Thresholds = Thresholds()
# fmt: on


SECTIONS: dict[str, type[msgspec.Struct]] = {
    "": Settings, "gateway": Gateway, UPSTREAM_ROW: Upstream, "prices.NAME": Price, "categories.NAME": Category,
    "evaluations.NAME": Evaluation, "journal": Journal, "keeper": Keeper, "store": StoreSection,
    "retention": Retention, "tracing": Tracing, "energy": Energy, "api": Api, "ui": Ui, "explain": Explain,
    "drift": Drift, "lora": Lora, "agent": Agent, "log": Log, "client": Client, "alerting": Alerting,
    "slo": Objectives, "email": Email, "slack": Slack, "discord": Discord, "webhook": Webhook,
    "maintenance.NAME": Maintenance, "thresholds": Thresholds,
}  # fmt: skip
"""The record behind each section, in the order of the reference."""


NAMED: tuple[str, ...] = tuple(section.removesuffix(".NAME") for section in SECTIONS if section.endswith(".NAME"))
"""The sections that repeat: `upstreams` of `[upstreams.NAME]`."""


def _rows() -> tuple[Setting, ...]:
    rows = []
    for section, record in SECTIONS.items():
        hints = get_type_hints(record, include_extras=True)
        for field in msgspec.structs.fields(record):
            for mark in getattr(hints[field.name], "__metadata__", ()):
                default = None if field.required else field.default
                name = f"{section}.{field.name}" if section else field.name
                row = _threshold(mark, default) if isinstance(mark, msgspec.Meta) else mark
                rows.append(Setting(row.kind, row.help, row.option, name, default))
    return tuple(rows)


def _threshold(mark: msgspec.Meta, default: object) -> Setting:
    """The row of a limit of the alert rules, which says its own bounds."""
    most = float(mark.le or 0)
    kind: Kind[Any] = kinds.integer(0, int(most)) if isinstance(default, int) else kinds.amount(most)
    return Setting(kind, mark.description or "")


SETTINGS: tuple[Setting, ...] = _rows()
BY_NAME: dict[str, Setting] = {row.name: row for row in SETTINGS}

DEFAULT_UPSTREAM = Upstream(name="default", url=conventions.DEFAULT_UPSTREAM)


def row_name(name: str) -> str:
    """The name in the table that a dotted name stands for: `upstreams.gpu.url` → `upstreams.NAME.url`."""
    parts = name.split(".")
    return f"{parts[0]}.NAME.{parts[2]}" if len(parts) == 3 and parts[0] in NAMED else name


def find(name: str) -> Setting | None:
    """The row that a dotted name stands for, also `upstreams.gpu.url`; None if there is none."""
    return BY_NAME.get(row_name(name))
