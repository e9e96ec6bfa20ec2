"""A PostgreSQL that holds what a Sereno of a week has: calls of several people, drift, adapters, quality."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Table, insert

from sereno.calls import Identity, Timing, Usage
from sereno.store.ledger import Ledger, drift, lora, quality
from sereno.store.ledger.url import postgres_url
from sereno.store.postgres import PostgresStore
from sereno.store.postgres.address import address
from store.made import a_batch, a_call

DAY = 86_400.0
HOSTILE = "x'; DROP TABLE lora_adapters; --"


def calls(at: float) -> list[Any]:
    """96 in the two days before `at`: of two users and nobody, to two models; every tenth fails, every seventh has no
    price.
    """
    out = []
    for number in range(96):
        status = "error" if number % 10 == 9 else "success"
        user, session = (("ana", "s1"), (HOSTILE, "s2"), (None, None))[number % 3]
        out.append(
            a_call(
                number,
                started_at=at - 2 * DAY + number * 1800.0,
                model=("a:latest", "b:latest")[number % 2],
                status=status,
                usage=Usage(100, None, 50),
                timing=Timing(2.0, 0.5, 0.03),
                identity=Identity(user=user, session=session),
                cost_usd=None if number % 7 == 6 else 0.25,
                category=("code", "chat")[number % 2],
            )
        )
    return out


def rows(at: float) -> dict[Table, list[dict[str, Any]]]:
    """The ledger's tables; drift was found an hour before `at`."""
    reference = {
        "id": 1, "name": "june", "version": 1, "digest": "0" * 64, "created_at": at - 9 * DAY, "created_by": "ana",
        "start_at": at - 20 * DAY, "end_at": at - 10 * DAY, "weekdays": False, "rows": 9, "models": [],
        "document": b"", "in_use": True, "used_since": at - 9 * DAY,
    }  # fmt: skip
    check = {
        "kl_divergence": 0.05, "psi": 0.06, "baseline_accuracy": 0.9, "current_accuracy": 0.85, "combined_score": 0.1,
        "severity": "none", "drift_detected": False, "status": "ok", "psi_corrected": 0.01, "js_divergence": 0.01,
        "p_value": 0.5, "top_feature": "prompt_length", "reference_id": 1, "reference": "june v1",
        "n_reference": 500, "n_current": 400, "accuracy_severity": "none", "accuracy_samples": 50,
        "duration_seconds": 0.5,
    }  # fmt: skip
    drifted = {
        "kl_divergence": 0.35, "psi": 0.44, "severity": "critical", "drift_detected": True, "current_accuracy": 0.65,
        "accuracy_severity": "critical",
    }  # fmt: skip
    checks = [
        {**check, **changed, "id": number, "timestamp": moment, "window_start": moment - 3600, "window_end": moment}
        for number, (changed, moment) in enumerate((({}, at - 2 * DAY), ({}, at - DAY), (drifted, at - 3600)), 1)
    ]
    event = {"severity": "critical", "model": "", "feature": "prompt_length", "check_id": 3, "details": {}}
    adapter = {
        "base_model": "smollm2", "alpha": 16.0, "num_epochs": 3.0, "minio_path": "/adapters", "metadata": {},
        "training_time_seconds": 640.0,
    }  # fmt: skip
    figures = {
        "requests": 40.0, "error_rate": 0.1, "latency_p50_seconds": 1.0, "latency_p95_seconds": 2.5,
        "ttft_p95_seconds": 0.4, "tokens_per_second": 30.0, "output_tokens_mean": 50.0, "cost_usd": 1.5,
        "accuracy": 0.8,
    }  # fmt: skip
    return {
        drift.REFERENCES: [reference],
        drift.CHECKS: checks,
        drift.EVENTS: [
            {**event, "timestamp": at - 3600, "kind": "drift"},
            {**event, "timestamp": at - 3600, "kind": "accuracy", "feature": None},
        ],
        drift.TRIGGERS: [
            {"timestamp": at - 1800, "trigger_type": "drift", "severity": "critical", "reason": "three windows",
             "status": "pending", "model": "", "check_id": 3, "payload": {}},
        ],
        lora.ADAPTERS: [
            {**adapter, "version": "v1", "rank": 8, "training_loss": 1.5, "validation_loss": 1.75,
             "is_active": False, "created_at": at - 2 * DAY, "deployed_at": at - 2 * DAY},
            {**adapter, "version": "v2", "rank": 16, "training_loss": 1.25, "validation_loss": 1.5,
             "is_active": True, "created_at": at - DAY, "deployed_at": at - DAY},
        ],
        lora.PROMOTIONS: [
            {"at": at - DAY, "action": "promote", "base_model": "smollm2", "version": "v2", "previous_version": "v1",
             "forced": False, "actor": "ana", "reason": "better", "evidence": {}},
        ],
        lora.PERFORMANCE: [
            {"adapter_version": version, "metric_name": name, "metric_value": value * weight, "sample_count": count,
             "timestamp": moment, "metadata": {}}
            for version, moment, weight, count in (("v1", at - 7200, 1, 10), ("v2", at - 7200, 1, 30),
                                                   ("v2", at - 3600, 3, 10))
            for name, value in figures.items()
        ],
        quality.CHECKS: [
            {"hour": int(at // 3600 * 3600 - 3600), "model": "a:latest", "check_name": "refusal", "checked": 100,
             "failed": 10},
            {"hour": -1, "model": "a:latest", "check_name": "refusal", "checked": 9999, "failed": 999},
        ],
        quality.RUNS: [
            {"id": "run-1", "at": at - 3600, "seconds": 3.0, "set_name": "faq", "set_digest": "0" * 64,
             "model": "a:latest", "judge": None, "items": 20, "failed": 1, "score": 0.75, "low": 0.5, "high": 0.9,
             "source": "cli"},
        ],
        quality.FEEDBACK: [
            {"at": at - 60.0 * number, "call_id": None, "model": "a:latest", "score": score, "comment": "",
             "user_name": "ana", "source": "api", "digest": str(number)}
            for number, score in enumerate((1.0, 1.0, 1.0, -1.0))
        ],
        quality.JUDGES: [
            {"at": at - DAY, "judge": "b:latest", "set_name": "faq", "set_digest": "0" * 64, "good": 20,
             "good_found": 18, "bad": 10, "bad_found": 7, "unread": 0},
        ],
    }  # fmt: skip


def plain(table: Table) -> dict[str, Any]:
    """Something for each column that must have a value; what dashboards show is given."""
    return {
        column.name: {} if isinstance(column.type, JSON) else column.type.python_type()
        for column in table.columns
        if not column.nullable and column.default is None and not column.primary_key
    }


def record(url: str, at: float) -> None:
    """Write all of it.

    Args:
        url: an empty database.
        at: epoch seconds of now.
    """
    store = PostgresStore(address(url))
    store.add(a_batch(calls(at)))
    store.close()
    ledger = Ledger(postgres_url(url))
    with ledger.write() as connection:
        for table, values in rows(at).items():
            connection.execute(insert(table), [{**plain(table), **row} for row in values])
    ledger.close()
