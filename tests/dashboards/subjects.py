"""Figures that a Sereno of a few seconds has not: of drift, adapters, quality, explained alerts.

They stand on the neighbours' page. Their names and labels are those of the catalogue (`test_living`); that the keeper
exposes them is proven where it computes them.
"""

from __future__ import annotations

COUNTERS = {
    'drift_checks_total{status="ok"}': 0.2, 'drift_detected_total{severity="critical"}': 0.05,
    'drift_check_duration_seconds_bucket{le="0.5"}': 0.15, 'drift_check_duration_seconds_bucket{le="+Inf"}': 0.2,
    'finetuning_triggers_total{trigger_type="drift"}': 0.01,
    'lora_promotions_total{action="promote"}': 0.02,
    'llm_quality_checks_total{check="refusal",model="m",result="pass"}': 0.9,
    'llm_quality_checks_total{check="refusal",model="m",result="fail"}': 0.1,
    'llm_evaluation_runs_total{evaluation="nightly",status="success"}': 0.02,
    'llm_evaluation_runs_total{evaluation="nightly",status="error"}': 0.01,
    'llm_feedback_total{model="m",thumbs="up"}': 0.3, 'llm_feedback_total{model="m",thumbs="down"}': 0.1,
    'sereno_alert_explanations_total{outcome="sent"}': 0.1,
}  # fmt: skip
"""Samples that rise, and by how much a second."""
GAUGES = {
    "drift_kl_divergence": 0.12, "drift_psi": 0.15, "drift_baseline_accuracy": 0.9, "drift_current_accuracy": 0.85,
    "drift_combined_score": 0.2, 'drift_severity{model="all"}': 2.0, "drift_accuracy_severity": 0.0,
    'drift_feature_psi{model="all",feature="prompt_length"}': 0.15,
    'drift_feature_severity{model="all",feature="prompt_length"}': 2.0,
    "drift_last_check_timestamp_seconds": 1.7e9, "drift_check_interval_seconds": 3600.0, "drift_check_failing": 0.0,
    'drift_reference_info{reference="june",version="1"}': 1.0, "finetuning_triggers_waiting": 1.0,
    'lora_adapters{base_model="smollm2"}': 2.0, 'lora_active_info{base_model="smollm2",version="v2"}': 1.0,
    'lora_active_training_loss{base_model="smollm2"}': 1.25,
    'lora_active_validation_loss{base_model="smollm2"}': 1.5,
    "sereno_lora_last_window_timestamp_seconds": 1.7e9,
    'llm_quality_score{model="m"}': 0.8, 'llm_quality_change{model="m",bound="value"}': -0.1,
    'llm_quality_change{model="m",bound="low"}': -0.2, 'llm_quality_change{model="m",bound="high"}': 0.02,
    'llm_evaluation_score{evaluation="nightly",model="m"}': 0.8, 'llm_evaluation_failing{evaluation="nightly"}': 0.0,
    'llm_evaluation_last_success_timestamp_seconds{evaluation="nightly"}': 1.7e9,
    'llm_evaluation_due_timestamp_seconds{evaluation="nightly"}': 1.9e9,
}  # fmt: skip
"""Samples that stand."""
