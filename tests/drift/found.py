"""Findings of a check, made by hand."""

from __future__ import annotations

from sereno.drift.monitor import Finding, Found
from sereno.drift.verdict import Severity


def found(feature: str, severity: Severity, psi: float | None = 0.25) -> Found:
    """A feature; without a PSI there was too little data."""
    if psi is None:
        return Found(feature=feature, kind="numeric", severity=severity, n_reference=200, n_current=7)
    return Found(
        feature=feature, kind="numeric", severity=severity, n_reference=200, n_current=100, psi=psi,
        psi_corrected=psi - 0.015, kl=psi / 2, p_value=0.001,
    )  # fmt: skip


def finding(model: str, severity: Severity) -> Finding:
    """A scope of one feature."""
    return Finding.of(model, [found("latency", severity)])
