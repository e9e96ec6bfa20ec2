"""The texts as Alertmanager writes them, by its own tool: readable, in both languages, harmless."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from notify.plans import amtool
from sereno.notify.texts import WORDS, templates

NAMES = (
    "sereno.subject", "sereno.text", "sereno.html", "sereno.slack.title", "sereno.slack.text", "sereno.discord.title",
    "sereno.discord.text", "sereno.colour",
)  # fmt: skip
EVIL = '<script>alert(1)</script> <!channel> @everyone [x](http://evil) "quoted" & more'


def data(
    status: str = "firing", severity: str = "critical", summary: str = "Ollama gpu is down", count: int = 1
) -> Any:
    """What Alertmanager hands to a template."""
    alert = {
        "status": status,
        "labels": {"alertname": "OllamaDown", "severity": severity, "upstream": "gpu"},
        "annotations": {
            "summary": summary,
            "description": f"It does not answer. {summary}",
            "dashboard_url": "/d/ollama-overview",
            "runbook_url": "https://runbooks.example.org/OllamaDown.md",
        },
        "startsAt": "2026-11-21T08:00:00Z",
        "endsAt": "2026-11-21T08:05:00Z",
        "generatorURL": "",
        "fingerprint": "1",
    }
    return {
        "receiver": "critical", "status": status, "alerts": [alert] * count, "groupLabels": {"alertname": "OllamaDown"},
        "commonLabels": alert["labels"], "commonAnnotations": {}, "externalURL": "http://am",
    }  # fmt: skip


def rendered(folder: Path, name: str, content: Any, language: Any = "en", kind: str = "text") -> str:
    (folder / "sereno.tmpl").write_text(templates(language, "http://grafana.example.org"))
    (folder / "data.json").write_text(json.dumps(content))
    call = f'{{{{ template "{name}" . }}}}'
    return amtool(
        "template", "render", f"--template.glob={folder / 'sereno.tmpl'}", f"--template.text={call}",
        f"--template.data={folder / 'data.json'}", f"--template.type={kind}",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "status", "count", "subject"),
    [
        ("en", "firing", 1, "[critical] Ollama gpu is down"),
        ("en", "firing", 3, "[critical] Ollama gpu is down (+2 more)"),
        ("en", "resolved", 1, "[over] Ollama gpu is down"),
        ("es", "firing", 2, "[crítica] Ollama gpu is down (+1 más)"),
        ("es", "resolved", 1, "[resueltas] Ollama gpu is down"),
    ],
)
def test_the_subject(language: str, status: str, count: int, subject: str, tmp_path: Path) -> None:
    assert rendered(tmp_path, "sereno.subject", data(status, count=count), language).strip() == subject


def test_the_plain_text(tmp_path: Path) -> None:
    text = rendered(tmp_path, "sereno.text", data("resolved"), "es")
    assert "1 resueltas\n" in text
    assert "Gravedad: crítica\nDesde: 2026-11-21 08:00:00 UTC\nHasta: 2026-11-21 08:05:00 UTC\n" in text
    assert "Panel: http://grafana.example.org/d/ollama-overview\n" in text
    assert "Qué hacer: https://runbooks.example.org/OllamaDown.md\n" in text
    assert "Etiquetas: alertname=OllamaDown, severity=critical, upstream=gpu\n" in text


def test_html_holds_no_markup_of_others(tmp_path: Path) -> None:
    html = rendered(tmp_path, "sereno.html", data(summary=EVIL), kind="html")
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert '<a href="http://grafana.example.org/d/ollama-overview"' in html
    assert '<a href="https://runbooks.example.org/OllamaDown.md"' in html
    assert '<html lang="en">' in html


def test_a_link_that_is_none_is_text(tmp_path: Path) -> None:
    content = data()
    content["alerts"][0]["annotations"] |= {"runbook_url": "javascript:alert(1)", "dashboard_url": "data:x"}
    html = rendered(tmp_path, "sereno.html", content, kind="html")
    assert "href" not in html


def test_slack_and_discord_call_nobody(tmp_path: Path) -> None:
    slack = rendered(tmp_path, "sereno.slack.text", data(summary=EVIL))
    assert "<!channel>" not in slack
    assert "&lt;!channel&gt;" in slack
    discord = rendered(tmp_path, "sereno.discord.text", data(summary=EVIL))
    assert "@everyone" not in discord
    assert "[x](" not in discord


@pytest.mark.parametrize("severity", ["critical", "warning", "info", "page", ""])
@pytest.mark.parametrize("name", NAMES)
def test_every_text_is_written_for_every_severity(name: str, severity: str, tmp_path: Path) -> None:
    text = rendered(tmp_path, name, data(severity=severity))
    assert text.strip()
    assert "@FIRING@" not in text
    assert "[]" not in text


def test_both_languages_have_every_word() -> None:
    assert WORDS["en"].keys() == WORDS["es"].keys()
    for language in WORDS:
        assert "@" not in templates(language).replace('"@', "").replace("\\u200b", "").replace('@" ', "")
