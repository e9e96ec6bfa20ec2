"""How a comparison reads as JSON, for the command line and the API."""

from __future__ import annotations

from typing import Any

import msgspec

from sereno.drift.compare import Comparison, Result
from sereno.drift.multivariate import Multivariate


def comparison_json(found: Comparison) -> dict[str, Any]:
    """`{"status", "severity", "features": […]}`, the most important feature first."""
    return {
        "status": found.status,
        "severity": found.severity,
        "features": [feature_json(result) for result in found.results],
    }


def rows_json(found: Multivariate | None) -> dict[str, Any]:
    """The part `multivariate`: null where either side has too few rows."""
    return {"multivariate": None if found is None else msgspec.to_builtins(found)}


def feature_json(found: Result) -> dict[str, Any]:
    """One feature; figures are null where there is too little data."""
    return {
        "feature": found.feature,
        "kind": found.kind,
        "psi": found.psi,
        "psi_corrected": found.psi_corrected,
        "js": found.js,
        "kl": found.kl,
        "p_value": found.p_value,
        "severity": found.severity,
        "n_reference": found.n_reference,
        "n_current": found.n_current,
    }
