"""What API and pages ask of the drift monitor: a check, a new reference."""

from __future__ import annotations

from typing import Protocol

from sereno.errors import DriftError
from sereno.query.problems import Problem
from sereno.store.ledger.drift_checks import Check
from sereno.store.ledger.drift_references import ReferenceRow


class Monitor(Protocol):
    """Something that compares live traffic with a reference."""

    def check(self) -> Check:
        """Check now; a check that fails is an answer too.

        Raises:
            DriftError: no reference is in use.
            StoreError: nothing could be written.
        """

    def create(self, name: str, start: float, end: float, *, weekdays: bool, by: str) -> ReferenceRow:
        """Freeze the calls of a window.

        Raises:
            DriftError: there are too few, or the name is none.
            StoreError: store or ledger do not answer.
        """

    def use(self, label: str, by: str) -> ReferenceRow:
        """Compare with a reference from now on.

        Raises:
            DriftError: there is none of this name.
            StoreError: the ledger does not answer.
        """


def refused(error: DriftError) -> Problem:
    """409 with the sentence that says why not."""
    return Problem("drift-refused", 409, f"{str(error)[:1].upper()}{str(error)[1:]}.")
