"""Every text of the pages in English and Spanish, one file a page; tests check that both languages have all of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import get_args

from sereno.web.shown import Language
from sereno.web.texts import (
    alerts,
    call,
    calls,
    charts,
    cost,
    drift,
    explain,
    frame,
    health,
    lora,
    models,
    overview,
    quality,
    sessions,
    slo,
    users,
)

LANGUAGES: tuple[Language, ...] = get_args(Language)

Texts = Mapping[str, tuple[str, str]]
"""Key → (English, Spanish)."""

PARTS: Mapping[str, Texts] = {
    "frame": frame.TEXTS,
    "charts": charts.TEXTS,
    "overview": overview.TEXTS,
    "calls": calls.TEXTS,
    "call": call.TEXTS,
    "sessions": sessions.TEXTS,
    "users": users.TEXTS,
    "models": models.TEXTS,
    "cost": cost.TEXTS,
    "alerts": alerts.TEXTS,
    "slo": slo.TEXTS,
    "quality": quality.TEXTS,
    "drift": drift.TEXTS,
    "lora": lora.TEXTS,
    "explain": explain.TEXTS,
    "health": health.TEXTS,
}
"""The texts of each page; those of `frame` are on all pages. A key stands in one part only."""


@cache
def texts(chosen: Language) -> dict[str, str]:
    """All texts in one language."""
    index = LANGUAGES.index(chosen)
    return {key: both[index] for part in PARTS.values() for key, both in part.items()}


def language(asked: str | None, accept_language: str) -> Language:
    """The language of a page: as asked, else the first of ours that the browser prefers, else English.

    >>> language(None, "es-MX,es;q=0.9,en;q=0.5"), language("en", "es"), language(None, "fr, en;q=0.3, es;q=0.8")
    ('es', 'en', 'es')
    """
    for known in LANGUAGES:
        if asked == known:
            return known
    best: tuple[float, Language] = (0.0, "en")
    for part in accept_language[:500].split(","):
        tag, _, weight = part.strip().partition(";")
        code = tag.strip().lower().partition("-")[0]
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        for known in LANGUAGES:
            if code == known and quality > best[0]:
                best = (quality, known)
    return best[1]
