"""An explanation of an alert as each way carries it: a mail, Slack's and Discord's messages, a document.

Text comes from rules and labels, which the network may have written: it is never marked up, and calls nobody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from html import escape
from typing import Any

import msgspec

from sereno.notify.channels import Email, Slack
from sereno.notify.texts import Language

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Explained: {summary}",
        "checked": "{supported} of {numbers} figures and dates checked against the data. Told by {by}.",
        "unclaimed": "It claims no figures. Told by {by}.",
        "templates": "templates",
        "model": "the model {name}",
        "query": "Times are UTC. Series: {query}",
        "footer": "Sent by Sereno after the alert",
    },
    "es": {
        "title": "Explicación: {summary}",
        "checked": "{supported} de {numbers} cifras y fechas comprobadas con los datos. Lo cuentan {by}.",
        "unclaimed": "No afirma ninguna cifra. Lo cuentan {by}.",
        "templates": "plantillas",
        "model": "el modelo {name}",
        "query": "Las horas son UTC. Serie: {query}",
        "footer": "Enviado por Sereno después de la alerta",
    },
}
_MARKS = re.compile(r"([*_~`|<>\[\]\\])")
_SPACE = re.compile(r"\s+")
_SUBJECT, _SLACK_HEADER, _SLACK_TEXT, _DISCORD_TITLE, _DISCORD_TEXT, _QUERY = 200, 150, 2900, 256, 4000, 500
"""Characters: Slack's and Discord's own limits, and what fits a subject."""


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of an alert.

    Attributes:
        summary: of the alert, one line.
        severity: as the rule says.
        alerts: labels of each alert it is about.
        text: the explanation, every claim of it supported by a fact.
        supported, numbers: how many of its claims are supported, and how many there are.
        model: who told it, None for templates.
        query: PromQL of the series that were looked at.
        start, end: the range looked at, epoch seconds.
        language: of the words around it.
        id: of the explanation in the keeper's history.
    """

    summary: str
    severity: str
    alerts: Sequence[Mapping[str, str]]
    text: str
    supported: int
    numbers: int
    model: str | None
    query: str
    start: float
    end: float
    language: Language
    id: str

    @property
    def title(self) -> str:
        """One line."""
        line = _SPACE.sub(" ", WORDS[self.language]["title"].format(summary=self.summary)).strip()
        return _cut(line, _SUBJECT)

    @property
    def provenance(self) -> str:
        """How much of it was checked, and who told it."""
        words = WORDS[self.language]
        by = words["templates"] if self.model is None else words["model"].format(name=self.model)
        pattern = words["checked"] if self.numbers else words["unclaimed"]
        return pattern.format(supported=self.supported, numbers=self.numbers, by=by)

    @property
    def watched(self) -> str:
        """Which series it is about."""
        query = _cut(_SPACE.sub(" ", self.query), _QUERY)
        return WORDS[self.language]["query"].format(query=query)


def mail(one: Explanation, way: Email, now: datetime) -> EmailMessage:
    """A mail, as text and as HTML.

    Args:
        one: what is told.
        way: from whom to whom.
        now: its date.
    """
    message = EmailMessage()
    message["Subject"] = one.title
    message["From"] = way.sender
    message["To"] = ", ".join(way.to)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain="sereno.invalid")
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: nobody's vacation answers it
    footer = WORDS[one.language]["footer"]
    message.set_content(f"{one.text}\n\n{one.provenance}\n{one.watched}\n-- \n{footer}\n")
    message.add_alternative(_html(one, footer), subtype="html")
    return message


_COLOURS = {"critical": "#c62828", "warning": "#ef6c00"}
_OTHER_COLOUR = "#1565c0"


def _html(one: Explanation, footer: str) -> str:
    paragraphs = "".join(
        f'<p style="margin:0 0 8px">{escape(part)}</p>' for part in one.text.splitlines() if part.strip()
    )
    colour = _COLOURS.get(one.severity, _OTHER_COLOUR)
    return (
        f'<!DOCTYPE html>\n<html lang="{one.language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(one.title)}</title></head>\n'
        '<body style="margin:0;padding:16px;background:#f4f4f4;color:#222;font:14px/1.5 system-ui,sans-serif">\n'
        '<table role="presentation" style="width:100%;max-width:640px;margin:0 auto;background:#fff;'
        'border-collapse:collapse">\n'
        f'<tr><th scope="col" style="padding:12px 16px;text-align:left;color:#fff;background:{colour}">'
        f"{escape(one.title)}</th></tr>\n"
        f'<tr><td style="padding:12px 16px">{paragraphs}'
        f'<p style="margin:0;color:#555;font-size:12px">{escape(one.provenance)}<br>{escape(one.watched)}</p>'
        "</td></tr>\n"
        '</table><p style="max-width:640px;margin:8px auto;color:#777;font-size:12px">'
        f"{escape(footer)}</p>\n</body></html>\n"
    )


def slack(one: Explanation, way: Slack) -> dict[str, Any]:
    """An incoming webhook's message; `plain_text` blocks read no marks, mentions or links.

    Source: Slack, "Reference: Block Kit", text object.
    """
    blocks = [
        {"type": "header", "text": _plain(one.title, _SLACK_HEADER)},
        {"type": "section", "text": _plain(one.text, _SLACK_TEXT)},
        {"type": "context", "elements": [_plain(one.provenance, _SLACK_TEXT), _plain(one.watched, _SLACK_TEXT)]},
    ]
    fallback = one.title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": fallback, "blocks": blocks, **({"channel": way.channel} if way.channel else {})}


def _plain(text: str, most: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": _cut(text, most), "emoji": False}


def discord(one: Explanation) -> dict[str, Any]:
    """A webhook's message: one embed, nobody mentioned.

    Source: Discord, "Webhook Resource", "Allowed Mentions Object".
    """
    colour = int(_COLOURS.get(one.severity, _OTHER_COLOUR)[1:], 16)
    embed = {
        "title": _cut(_unmarked(one.title), _DISCORD_TITLE),
        "description": _cut(_unmarked(one.text), _DISCORD_TEXT),
        "color": colour,
        "footer": {"text": f"{one.provenance}\n{one.watched}"},
    }
    return {"embeds": [embed], "allowed_mentions": {"parse": []}}


def document(one: Explanation) -> dict[str, Any]:
    """What a program of one's own gets; `type` tells it from Alertmanager's reports."""
    return {"type": "explanation", "title": one.title, **msgspec.to_builtins(one)}


def _unmarked(text: str) -> str:
    return _MARKS.sub(r"\\\1", text)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
