"""A dashboard where no PostgreSQL is: what would ask one is left out."""

from __future__ import annotations

from msgspec.structs import replace

from sereno.dashboards.board import Board, Section


def without_database(board: Board) -> Board | None:
    """The dashboard of Prometheus's figures alone; None if nothing would be left.

    Args:
        board: any.
    """
    sections = tuple(filter(None, (_section(section) for section in board.sections)))
    if not any(section.panels for section in sections):
        return None
    return replace(board, sections=sections, marks=())


def _section(section: Section) -> Section | None:
    left = tuple(panel for panel in section.panels if not panel.sql)
    return replace(section, panels=left) if left else None
