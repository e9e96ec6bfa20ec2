"""The bounded `model` label: the first 100 models that answered or are installed have one, the rest is `other`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import Lock

from sereno.calls import Call
from sereno.conventions import MODEL_LABEL_SLOTS, OTHER_MODEL
from sereno.store.base import Store


class ModelLabels:
    """The label slots of a store, kept at hand.

    Args:
        store: where slots live across restarts.
        writes: held while the store is written.
    """

    def __init__(self, store: Store, writes: Lock) -> None:
        self._store = store
        self._writes = writes
        self._slots: Mapping[str, str] | None = None

    def __call__(self, model: str | None) -> str:
        """The label of a canonical model name."""
        slots = self._slots or {}
        return slots.get(model, OTHER_MODEL) if model is not None else OTHER_MODEL

    def known(self) -> list[str]:
        """The labels given so far."""
        return sorted(set((self._slots or {}).values()))

    def claim(self, models: Iterable[str]) -> None:
        """Give slots to models while there are free ones.

        Raises:
            StoreError: the store did not answer.
        """
        if self._slots is None:
            self._slots = dict(self._store.model_slots())
        new = sorted({model for model in models if model not in self._slots})
        if new and len(self._slots) < MODEL_LABEL_SLOTS:
            with self._writes:
                self._slots = dict(self._store.claim_model_slots(new))


def answered_models(calls: Iterable[Call]) -> set[str]:
    """The models that answered an LLM request with 2xx: asking for names nobody has takes no slot."""
    return {
        call.model
        for call in calls
        if call.model is not None and call.is_llm and call.http_status is not None and 200 <= call.http_status < 300
    }
