"""All dashboards, and what Grafana needs to find them, as files."""

from __future__ import annotations

from sereno.dashboards.board import FOLDERS
from sereno.dashboards.boards import ALL
from sereno.dashboards.language import SAY, Language
from sereno.dashboards.limits import Limits
from sereno.dashboards.portable import portable
from sereno.dashboards.provisioning import OWN, OWN_NOTE, PATH, Sources, data_sources, providers
from sereno.dashboards.render import rendered_board, written
from sereno.dashboards.without_database import without_database

DASHBOARDS = "dashboards"
IMPORT = "import/grafana_ollama_dashboard.json"
PORTABLE = "ollama-overview"
"""The dashboard that is also written in import form."""
NOTE = f"{DASHBOARDS}/{OWN}/README.md"
"""Makes the user's folder; written where it is missing, never again."""


def built(limits: Limits, sources: Sources, path: str = PATH, language: Language = "en") -> dict[str, str]:
    """Every file by its path below the output folder.

    Args:
        limits: thresholds.
        sources: addresses of data sources; without PostgreSQL what asks it is left out.
        path: where Grafana sees the dashboards.
        language: what people read; names of metrics, uids and folders stay.
    """
    boards = [make(limits) for make in ALL]
    if not sources.postgres:
        boards = [left for board in boards if (left := without_database(board)) is not None]
    folders = {board.folder for board in boards}
    out = {
        "provisioning/datasources/sereno.yaml": data_sources(sources),
        "provisioning/dashboards/sereno.yaml": providers([folder for folder in FOLDERS if folder in folders], path),
        NOTE: OWN_NOTE,
    }
    for board in boards:
        text = written(rendered_board(board, SAY[language]))
        out[f"{DASHBOARDS}/{FOLDERS[board.folder]}/{board.uid}.json"] = text
        if board.uid == PORTABLE:
            out[IMPORT] = portable(text)
    return out
