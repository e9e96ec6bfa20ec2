"""One version of an adapter: settings, training, files, live figures, what was done with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sereno.query.adapters import AdapterDetail, adapter_detail, adapter_ledger
from sereno.query.fields import Field
from sereno.query.times import parse_time
from sereno.store.ledger import lora_figures
from sereno.store.ledger.lora_figures import Figure
from sereno.web.adapter_series import adapter_charts
from sereno.web.loss_curves import loss_charts
from sereno.web.page import Ask, Look, Page, Table

VERSION = Field(name="version", kind="name", help="Name of the version.", maximum=64, example="faq-v2")
MONTH = 30 * 86400.0


class AdapterContent(msgspec.Struct, frozen=True):
    """A version (null where none was asked for), and its figures of the last 30 days, window by window."""

    adapter: AdapterDetail | None
    figures: list[Figure]


def gather(ask: Ask) -> AdapterContent:
    """Ask ledger and store.

    Raises:
        Problem: 404, there is no such version.
    """
    name = ask.values.get(VERSION)
    if not name:
        return AdapterContent(None, [])
    ledger = adapter_ledger(ask.view)
    detail = adapter_detail(ledger, ask.view.store, name, ask.now)
    with ledger.read() as connection:
        figures = lora_figures.figures(connection, detail.version, since=ask.now - MONTH)
    return AdapterContent(detail, figures)


def shape(content: AdapterContent, look: Look) -> Mapping[str, Any]:
    """Curves, moments."""
    adapter = content.adapter
    if adapter is None:
        return {}
    return {
        "charts": loss_charts([(adapter.version, adapter.training)], look.t)
        | adapter_charts([(adapter.version, content.figures)], look.t, look.shown.tz),
        "created": parse_time(adapter.created_at, 0.0),
        "deployed": None if adapter.deployed_at is None else parse_time(adapter.deployed_at, 0.0),
        "done_at": [parse_time(line.at, 0.0) for line in adapter.log],
        "served": [
            (one.model, parse_time(one.since, 0.0), None if one.until is None else parse_time(one.until, 0.0))
            for one in adapter.served
        ],
        "settings": [(name, msgspec.json.encode(value).decode()) for name, value in adapter.settings.items()],
    }


def table(content: AdapterContent) -> Table:
    """One row a window and figure."""
    rows = [[one.at, one.metric, one.value, one.samples] for one in content.figures]
    return Table(("timestamp", "metric_name", "metric_value", "sample_count"), rows)


PAGE = Page(name="adapter", path="/lora/version", template="adapter.html", section="lora", fields=(VERSION,),
            gather=gather, shape=shape, table=table)  # fmt: skip
