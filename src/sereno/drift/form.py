"""How a comparison reads as JSON, for the command line and the API."""

from __future__ import annotations

from typing import Any

from sereno.drift.compare import Comparison, Result


def comparison_json(found: Comparison) -> dict[str, Any]:
    """`{"status", "severity", "features": […]}`, the most important feature first."""
    return {
        "status": found.status,
        "severity": found.severity,
        "features": [feature_json(result) for result in found.results],
    }


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
