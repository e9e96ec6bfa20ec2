"""The dashboards, one a file; `ALL` is the list."""

from __future__ import annotations

from collections.abc import Callable

from sereno.dashboards.board import Board
from sereno.dashboards.boards import (
    active_alerts,
    ai_models_performance,
    capacity_planning,
    cost_estimation,
    costs_by_user,
    drift_accuracy_tracking,
    drift_kl_divergence,
    drift_overview,
    drift_psi_trends,
    executive_summary,
    gpu_cpu_performance,
    llmops_overview,
    lora_version_tracking,
    model_comparison,
    ollama_ai_models,
    ollama_overview,
    quality,
    sereno_health,
    sli_slo,
    system_overview,
    users_sessions,
)
from sereno.dashboards.limits import Limits

ALL: tuple[Callable[[Limits], Board], ...] = (
    llmops_overview.board,
    model_comparison.board,
    cost_estimation.board,
    costs_by_user.board,
    users_sessions.board,
    quality.board,
    sli_slo.board,
    ollama_overview.board,
    ollama_ai_models.board,
    ai_models_performance.board,
    drift_overview.board,
    drift_kl_divergence.board,
    drift_psi_trends.board,
    drift_accuracy_tracking.board,
    lora_version_tracking.board,
    executive_summary.board,
    system_overview.board,
    gpu_cpu_performance.board,
    capacity_planning.board,
    active_alerts.board,
    sereno_health.board,
)
"""Each makes its dashboard for given thresholds."""
