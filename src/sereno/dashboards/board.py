"""A dashboard, as data."""

from __future__ import annotations

from typing import Literal

import msgspec

from sereno.dashboards.meaning import Colour
from sereno.dashboards.panel import Kind

Folder = Literal["LLMOps", "Ollama", "Drift", "Platform"]
Audience = Literal["operator", "developer", "manager"]
FOLDERS: dict[Folder, str] = {"LLMOps": "llmops", "Ollama": "ollama", "Drift": "drift", "Platform": "platform"}
"""Folders in Grafana and their uids."""


class Variable(msgspec.Struct, frozen=True):
    """A choice at the head of a dashboard, over the values of a label or of a column.

    Attributes:
        name: what queries call it, without `$`.
        label: what people see.
        query: Grafana's `label_values(…)`, or SQL that gives one column.
        text: one sentence.
        hidden: not shown, but linked to and used.
        everything: what "All" stands for; set for SQL. Grafana puts it where the choice stands, unquoted, so it is the
            very expression that choices are compared with.
    """

    name: str
    label: str
    query: str
    text: str
    hidden: bool = False
    everything: str = ""


class Mark(msgspec.Struct, frozen=True):
    """An annotation out of PostgreSQL.

    Attributes:
        name: what people see.
        sql: gives `time` and `text`, and `tags` where there are any; uses `$__timeFilter(…)`.
        colour: of its line.
    """

    name: str
    sql: str
    colour: Colour


class Section(msgspec.Struct, frozen=True):
    """Panels under a heading.

    Attributes:
        title: "" for the first, which has none.
        panels: in reading order.
        collapsed: folded up; its queries run when it is opened.
        key: the title its id is made of, where that is another (a translation).
    """

    title: str
    panels: tuple[Kind, ...]
    collapsed: bool = False
    key: str = ""


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """A dashboard.

    Attributes:
        uid: stays for ever: links and alerts lead to it.
        title: what people see.
        text: whom it serves and what it answers.
        folder: Grafana folder.
        audiences: tags, by which people find theirs.
        variables: choices beside the data source, in order.
        sections: its panels.
        since: beginning of the time range.
        refresh: how often it asks anew.
        marks: annotations beside those that every dashboard has.
    """

    uid: str
    title: str
    text: str
    folder: Folder
    audiences: tuple[Audience, ...]
    variables: tuple[Variable, ...]
    sections: tuple[Section, ...]
    since: str = "now-1h"
    refresh: str = "30s"
    marks: tuple[Mark, ...] = ()

    @property
    def panels(self) -> tuple[Kind, ...]:
        """All its panels, in reading order."""
        return tuple(panel for section in self.sections for panel in section.panels)

    @property
    def asks_prometheus(self) -> bool:
        """Whether any panel does."""
        return any(panel.queries for panel in self.panels)

    @property
    def asks_database(self) -> bool:
        """Whether any panel or annotation does."""
        return bool(self.marks) or any(panel.sql for panel in self.panels)
