"""`[alerting]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from pathlib import Path
from typing import Annotated

import msgspec

from sereno import conventions
from sereno.config import kinds
from sereno.config.setting import Setting


# fmt: off
class Alerting(msgspec.Struct, frozen=True, kw_only=True):
    """Who tells people what goes wrong, and where they find what: [alerts](alerts.md).

    Files of secrets are read by Alertmanager, so their paths are those that it sees.
    """

    engine: Annotated[str, Setting(kinds.choice("prometheus", "grafana"),
        "Who notifies: Prometheus with Alertmanager, or Grafana; never both.")] = "prometheus"
    language: Annotated[str, Setting(kinds.choice("en", "es"),
        "Language of notifications.")] = "en"
    alertmanager_url: Annotated[str, Setting(kinds.url(),
        "Where `sereno alerts` and `sereno silence` find Alertmanager.", "--alertmanager")] = "http://127.0.0.1:9093"
    grafana_url: Annotated[str | None, Setting(kinds.optional(kinds.url()),
        "Where people open Grafana, for links to dashboards.")] = None
    runbooks_url: Annotated[str, Setting(kinds.text(),
        "Folder or address of the runbooks, for links.")] = "docs/runbooks"
    heartbeat_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File that holds the address outside this machine which is called every 5 minutes as long as alerts work.",
        )] = None
    repeat: Annotated[float, Setting(kinds.duration(1.0),
        "How often an alert that goes on is sent again.")] = 4 * 3600.0
    keeper_url: Annotated[str | None, Setting(kinds.optional(kinds.url()),
        "Where Alertmanager or Grafana reach the keeper, which keeps the history of alerts; `off`: nothing is kept.",
        )] = f"http://{conventions.DEFAULT_KEEPER}"
    keeper_key_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File that holds a Sereno key with scope `alerts` for that, where they run on another machine.")] = None
    explain: Annotated[bool, Setting(kinds.boolean(),
        "Whether an explanation of its chart follows each alert within 60 s, told by `explain.model`: "
        "[alerts](alerts.md#alerts-that-arrive-explained).")] = False
    prometheus_url: Annotated[str, Setting(kinds.url(),
        "Where the keeper asks for the series behind an alert.")] = "http://127.0.0.1:9090"
    explain_range: Annotated[float, Setting(kinds.duration(300.0),
        "How much of the past an explanation looks at.")] = 6 * 3600.0
    explain_per_hour: Annotated[int, Setting(kinds.integer(1, 3600),
        "Explanations of alerts begun in an hour at most.")] = 20
# fmt: on
