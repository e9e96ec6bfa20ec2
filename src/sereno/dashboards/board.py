"""A dashboard, as data."""

from __future__ import annotations

from typing import Literal

import msgspec

from sereno.dashboards.panel import Kind

Folder = Literal["LLMOps", "Ollama", "Drift", "Platform"]
Audience = Literal["operator", "developer", "manager"]
FOLDERS: dict[Folder, str] = {"LLMOps": "llmops", "Ollama": "ollama", "Drift": "drift", "Platform": "platform"}
"""Folders in Grafana and their uids."""


class Variable(msgspec.Struct, frozen=True):
    """A choice at the head of a dashboard, over the values of a label.

    Attributes:
        name: what queries call it, without `$`.
        label: what people see.
        query: Grafana's `label_values(…)`.
        text: one sentence.
        hidden: not shown, but linked to and used.
    """

    name: str
    label: str
    query: str
    text: str
    hidden: bool = False


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

    @property
    def panels(self) -> tuple[Kind, ...]:
        """All its panels, in reading order."""
        return tuple(panel for section in self.sections for panel in section.panels)
