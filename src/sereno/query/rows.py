"""Conversations, users and models as the API tells them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from sereno.query.figures import Figures, figures
from sereno.query.model_sums import model_sums
from sereno.query.scores import DEFINITIONS, Scores, cost_per_1000_tokens, scores
from sereno.query.times import rfc3339, rfc3339_seconds
from sereno.store.base import CallQuery, SessionRow, Store, UserRow


class SessionMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation in a list."""

    session: str
    title: str
    user: str | None
    first: str
    last: str
    messages: int
    errors: int
    models: list[str]
    input_tokens: int
    output_tokens: int
    cost_usd: float | None


class DayMessages(msgspec.Struct, frozen=True):
    """Calls that ended in a day (UTC)."""

    time: str
    messages: int


class UserMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One user in a list; null stands for calls without a user. Days without calls are left out."""

    user: str | None
    first: str
    last: str
    messages: int
    errors: int
    sessions: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    models: list[str]
    messages_by_day: list[DayMessages]


class ModelMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One model: its figures, price and radar scores."""

    model: str | None
    figures: Figures
    cost_per_1000_tokens: float | None
    scores: Scores


class ModelList(msgspec.Struct, frozen=True, kw_only=True):
    """Models, most calls first, and how the scores are defined."""

    models: list[ModelMessage]
    score_definitions: dict[str, str]


def session_message(row: SessionRow) -> SessionMessage:
    """A conversation as the API tells it."""
    return SessionMessage(
        session=row.session,
        title=row.title,
        user=row.user,
        first=rfc3339(row.first_at),
        last=rfc3339(row.last_at),
        messages=row.calls,
        errors=row.errors,
        models=list(row.models),
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cost_usd=row.cost_usd,
    )


def user_message(row: UserRow) -> UserMessage:
    """A user as the API tells it."""
    return UserMessage(
        user=row.user,
        first=rfc3339(row.first_at),
        last=rfc3339(row.last_at),
        messages=row.calls,
        errors=row.errors,
        sessions=row.sessions,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cost_usd=row.cost_usd,
        models=list(row.models),
        messages_by_day=[DayMessages(rfc3339_seconds(at), calls) for at, calls in row.days],
    )


def model_list(store: Store, query: CallQuery, quality: Mapping[str, float] | None = None) -> ModelList:
    """Every model with matching calls; `quality` by canonical name, where it is known."""
    sums = model_sums(store, query)
    return ModelList(
        models=[
            ModelMessage(
                model=found.model,
                figures=figures(found.whole),
                cost_per_1000_tokens=cost_per_1000_tokens(found.priced),
                scores=score,
            )
            for found, score in zip(sums, scores(sums, quality), strict=True)
        ],
        score_definitions=DEFINITIONS,
    )
