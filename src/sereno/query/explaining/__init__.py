"""Explaining as a service: a question about a chart in, a stream of facts, text and verdicts out."""

from __future__ import annotations

from sereno.explain.narrate.chat import Chat, ChatModel, Usage
from sereno.query.explaining.events import End, Event, Facts, Failure, Text, Verified, Withheld
from sereno.query.explaining.explainer import Explainer
from sereno.query.explaining.limits import Limits
from sereno.query.explaining.request import ExplainRequest

__all__ = [
    "Chat",
    "ChatModel",
    "End",
    "Event",
    "ExplainRequest",
    "Explainer",
    "Facts",
    "Failure",
    "Limits",
    "Text",
    "Usage",
    "Verified",
    "Withheld",
]
