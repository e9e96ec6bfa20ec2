"""The ledger: small tables beside the calls, on SQLite and PostgreSQL alike.

A new subject is a new module here (its `Table`s on `metadata.METADATA`, and functions that take a `Connection`); it is
named in `SUBJECTS`, so that opening the ledger makes its tables.
"""

from __future__ import annotations

from sereno.store.ledger import alert_explanations, alerts, drift, explained_charts, explanations, lora, quality
from sereno.store.ledger.ledger import Ledger
from sereno.store.ledger.metadata import METADATA, Moment

SUBJECTS: tuple[str, ...] = (
    alert_explanations.__name__,
    alerts.__name__,
    drift.__name__,
    explained_charts.__name__,
    explanations.__name__,
    lora.__name__,
    quality.__name__,
)
"""The modules that define tables."""

__all__ = ["METADATA", "SUBJECTS", "Ledger", "Moment"]
