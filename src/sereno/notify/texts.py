"""The texts of notifications, as one template file of Alertmanager, in English or Spanish.

Values of labels come from the network: in HTML they are escaped by Alertmanager itself, for Slack and Discord marks
that call people or make links are taken apart here.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Literal

Language = Literal["en", "es"]

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "FIRING": "firing", "RESOLVED": "over", "SINCE": "Since", "UNTIL": "Until", "SEVERITY": "Severity",
        "DASHBOARD": "Dashboard", "RUNBOOK": "What to do", "LABELS": "Labels", "AND": "more",
        "critical": "critical", "warning": "warning", "info": "for your information",
        "FOOTER": "Sent by Sereno's Alertmanager", "LANG": "en",
    },
    "es": {
        "FIRING": "activas", "RESOLVED": "resueltas", "SINCE": "Desde", "UNTIL": "Hasta", "SEVERITY": "Gravedad",
        "DASHBOARD": "Panel", "RUNBOOK": "Qué hacer", "LABELS": "Etiquetas", "AND": "más",
        "critical": "crítica", "warning": "aviso", "info": "informativa",
        "FOOTER": "Enviado por el Alertmanager de Sereno", "LANG": "es",
    },
}  # fmt: skip


def templates(language: Language, grafana: str = "") -> str:
    """The template file.

    Args:
        language: of the words around the alerts.
        grafana: where people open Grafana; before links to dashboards, which are relative.
    """
    text = files("sereno.notify").joinpath("sereno.tmpl").read_text("utf-8")
    for name, word in WORDS[language].items():
        text = text.replace(f"@{name}@", word)
    return text.replace("@GRAFANA@", _literal(grafana))


def _literal(address: str) -> str:
    """An address inside a string of a Go template."""
    return address.replace("\\", "\\\\").replace('"', '\\"')
