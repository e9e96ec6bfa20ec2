"""Every public name, once: metrics, labels, buckets, headers, paths, file names.

Names are the field's: Prometheus naming and units, OpenTelemetry GenAI, and those of the documents the
product was asked for in. Nothing here computes.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

# --- Headers -----------------------------------------------------------------------------------------

KEY_HEADER = b"x-sereno-key"
USER_HEADER = b"x-sereno-user"
SESSION_HEADER = b"x-sereno-session"
INTERNAL_HEADER = b"x-sereno-internal"
PEER_HEADER = b"x-sereno-peer"
"""On the keeper's Unix socket only: the gateway tells the real peer. Stripped from every client."""
OPEN_WEBUI_USER_HEADERS = (b"x-openwebui-user-email", b"x-openwebui-user-name", b"x-openwebui-user-id")
"""In order of preference; sent with ENABLE_FORWARD_USER_INFO_HEADERS."""
OPEN_WEBUI_SESSION_HEADER = b"x-openwebui-chat-id"
KEY_PREFIX = "sk-sereno-"
"""How a Sereno key begins, so that `Authorization: Bearer` can be told from a provider's own key."""
CREDENTIAL_HEADERS = frozenset({
    b"authorization", b"proxy-authorization", b"cookie", b"set-cookie", b"x-api-key", b"api-key",
    b"x-auth-token", b"x-goog-api-key", b"x-amz-security-token", KEY_HEADER,
})  # fmt: skip
"""Header names whose values are replaced by a keyed hash before they reach the journal."""

# --- Paths that are ours on the gateway's port -------------------------------------------------------

KEEPER_PREFIXES = ("/metrics", "/analytics", "/drift", "/sereno", "/dashboard")
"""Matched by whole segments and handed to the keeper; `/dashboard` redirects to `/sereno`."""
HEALTH_PATH = "/healthz"
READY_PATH = "/readyz"

DEFAULT_LISTEN = "127.0.0.1:11434"
DEFAULT_KEEPER = "127.0.0.1:8004"
DEFAULT_UPSTREAM = "http://127.0.0.1:11435"

# --- Files under DATA --------------------------------------------------------------------------------

JOURNAL_DIR = "journal"
RUN_DIR = "run"
KEEPER_SOCKET = "keeper.sock"
STATUS_FILE = "worker-{worker}.status"
POLICY_FILE = "policy.msgpack"
KEYS_FILE = "keys.json"
INSTANCE_FILE = "instance"
LOCK_FILE = "lock"
SQLITE_FILE = "sereno.db"
REDACTION_SALT_FILE = "salt"
SPANS_FILE = "spans.json"
"""How far calls were sent as spans."""

# --- Buckets -----------------------------------------------------------------------------------------

DURATION_EDGES = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0)
"""`le` edges of request durations in seconds; each is counted exactly in every store."""
TTFT_EDGES = (0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0)
TPOT_EDGES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.5)
COST_EDGES = (1e-6, 1e-5, 1e-4, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)
QUERY_EDGES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SCORE_EDGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
SCRAPE_JOB = "sereno"
"""The `job` of a scrape of the gateway or the keeper; shipped rules, objectives and panels select it."""
MODEL_LABEL_SLOTS = 100
OTHER_MODEL = "other"
INTERVALS = {"1m": 60.0, "5m": 300.0, "15m": 900.0, "1h": 3600.0, "6h": 21600.0, "1d": 86400.0}
"""Interval names that the API accepts, in seconds."""
PREVIEW_CHARACTERS = 200

# --- Metrics -----------------------------------------------------------------------------------------

MetricType = Literal["counter", "gauge", "histogram", "info"]


class Metric(NamedTuple):
    """One metric family.

    Attributes:
        name: full exposition name; counters end in `_total`.
        type: Prometheus type.
        unit: base unit, "" for counts.
        labels: label names.
        help: one line for `# HELP`.
        source: `call` (counted from calls), `ollama` (polled), `hardware` (this machine's meters), `keeper` or `gateway` (the watchman itself), `agent`.
        edges: histogram `le` edges without +Inf.
    """

    name: str
    type: MetricType
    unit: str
    labels: tuple[str, ...]
    help: str
    source: Literal["call", "ollama", "hardware", "keeper", "gateway", "agent"]
    edges: tuple[float, ...] = ()


def _m(  # a row of the table below
    name: str,
    kind: MetricType,
    unit: str,
    labels: str,
    source: Literal["call", "ollama", "hardware", "keeper", "gateway", "agent"],
    text: str,
    edges: tuple[float, ...] = (),
) -> Metric:
    return Metric(name, kind, unit, tuple(labels.split()), text, source, edges)


METRICS: tuple[Metric, ...] = (
    # From calls: what `metrics.account` counts.
    _m("llm_requests_total", "counter", "", "model status operation", "call", "LLM requests by outcome."),
    _m("llm_request_duration_seconds", "histogram", "seconds", "model operation", "call",
       "Time from the first byte of a request to the last byte of its answer.", DURATION_EDGES),
    _m("llm_time_to_first_token_seconds", "histogram", "seconds", "model operation", "call",
       "Time from the first byte of a request to the first chunk that carries content.", TTFT_EDGES),
    _m("llm_time_per_output_token_seconds", "histogram", "seconds", "model operation", "call",
       "Time per output token after the first.", TPOT_EDGES),
    _m("llm_tokens_used_total", "counter", "", "type model", "call", "Tokens, by type prompt or completion."),
    _m("llm_cached_tokens_total", "counter", "", "model", "call", "Prompt tokens that came from the model server's cache."),
    _m("llm_cost_usd_total", "counter", "", "model", "call", "Cost of calls with a known price, in US dollars."),
    _m("llm_unpriced_requests_total", "counter", "", "model", "call", "Successful LLM requests whose price is unknown."),
    _m("llm_energy_joules_total", "counter", "joules", "model", "call", "Energy of calls whose energy was measured."),
    _m("llm_generation_seconds_total", "counter", "seconds", "model", "call",
       "Generation time as reported by the model server."),
    _m("llm_generation_tokens_total", "counter", "", "model", "call",
       "Output tokens of the same requests: by the generation time, a model's tokens a second."),
    _m("llm_load_duration_seconds", "histogram", "seconds", "model", "call",
       "Model load time as reported by the model server.", DURATION_EDGES),
    _m("llm_finish_reasons_total", "counter", "", "model reason", "call", "Finished LLM requests by finish reason."),
    _m("llm_errors_total", "counter", "", "model type", "call", "Failed LLM requests by error type."),
    _m("llm_requests_in_flight", "gauge", "", "model", "gateway", "LLM requests running now."),
    _m("ollama_requests_total", "counter", "", "status model", "call", "Requests over the Ollama API."),
    _m("ollama_request_duration_seconds", "histogram", "seconds", "model", "call",
       "Duration of requests over the Ollama API.", DURATION_EDGES),
    _m("ollama_model_costs", "histogram", "", "model", "call", "Cost of each priced request in US dollars.", COST_EDGES),
    _m("sereno_other_requests_total", "counter", "", "route status", "call", "Requests that are not LLM calls, by route."),
    _m("sereno_internal_requests_total", "counter", "", "status", "call", "Calls Sereno itself made to a model."),
    _m("sereno_decode_failures_total", "counter", "", "protocol", "call", "Exchanges whose bodies could not be read."),
    # Polled from Ollama.
    _m("ollama_up", "gauge", "", "upstream", "ollama", "1 if the model server answered the last poll."),
    _m("ollama_info", "info", "", "upstream version", "ollama", "Version of the model server."),
    _m("ollama_models_total", "gauge", "", "upstream", "ollama", "Models installed."),
    _m("ollama_total_size_bytes", "gauge", "bytes", "upstream", "ollama", "Size of all installed models."),
    _m("ollama_model_size_bytes", "gauge", "bytes", "upstream model", "ollama", "Size of an installed model."),
    _m("ollama_model_loaded", "gauge", "", "upstream model", "ollama", "1 while a model is loaded."),
    _m("ollama_model_memory_bytes", "gauge", "bytes", "upstream model", "ollama", "Memory a loaded model takes, GPU and CPU."),
    _m("ollama_model_vram_bytes", "gauge", "bytes", "upstream model", "ollama", "GPU memory a loaded model takes."),
    _m("ollama_model_spilled_bytes", "gauge", "bytes", "upstream model", "ollama",
       "Memory of a loaded model that did not fit into the GPU; absent where none of it is in one."),
    _m("ollama_poll_duration_seconds", "gauge", "seconds", "upstream", "ollama", "How long the last poll took."),
    _m("sereno_upstream_up", "gauge", "", "upstream", "ollama",
       "1 if the model server answered the last poll, whatever API it speaks; ollama_* are absent for others than Ollama."),
    # The machine that the keeper runs on; what it does not tell is absent.
    _m("sereno_gpu_info", "info", "", "gpu vendor uuid name driver", "hardware", "A GPU of this machine."),
    _m("sereno_gpu_up", "gauge", "", "gpu", "hardware", "1 while the GPU answers."),
    _m("sereno_gpu_utilization_ratio", "gauge", "ratio", "gpu", "hardware", "Share of time in which the GPU computed."),
    _m("sereno_gpu_memory_used_bytes", "gauge", "bytes", "gpu", "hardware", "GPU memory in use."),
    _m("sereno_gpu_memory_total_bytes", "gauge", "bytes", "gpu", "hardware", "GPU memory."),
    _m("sereno_gpu_temperature_celsius", "gauge", "celsius", "gpu", "hardware", "Temperature of the GPU's hottest part."),
    _m("sereno_gpu_power_watts", "gauge", "watts", "gpu", "hardware", "Power that the GPU draws."),
    _m("sereno_gpu_power_limit_watts", "gauge", "watts", "gpu", "hardware", "The most power that the GPU may draw."),
    _m("sereno_gpu_energy_joules_total", "counter", "joules", "gpu", "hardware",
       "Energy that the GPU drew since its driver was loaded, by its own meter."),
    _m("sereno_gpu_xid_errors_total", "counter", "", "gpu", "hardware", "Faults that NVIDIA's driver reported since the start."),
    _m("sereno_gpu_last_xid", "gauge", "", "gpu", "hardware", "NVIDIA's number of the last fault, 0 before the first."),
    _m("sereno_cpu_energy_joules_total", "counter", "joules", "zone", "hardware",
       "Energy that a processor package (RAPL), or the memory beside it, drew since the start."),
    _m("sereno_energy_joules_total", "counter", "joules", "state", "hardware",
       "Energy of all meters by what it was for: calls (shared among them), idle (no call ran), other (the rest)."),
    # The watchman itself.
    _m("sereno_build_info", "info", "", "version", "keeper", "Version of Sereno."),
    _m("sereno_calls_ingested_total", "counter", "", "", "keeper", "Calls stored."),
    _m("sereno_ingest_batches_total", "counter", "", "", "keeper", "Batches committed to the store."),
    _m("sereno_ingest_errors_total", "counter", "", "reason", "keeper", "Failed attempts to store a batch."),
    _m("sereno_enrich_failures_total", "counter", "", "enricher", "keeper",
       "Calls stored without what an enricher would have added, because it failed."),
    _m("sereno_ingest_lag_seconds", "gauge", "seconds", "", "keeper", "Age of the oldest journal record not yet stored."),
    _m("sereno_journal_bytes", "gauge", "bytes", "", "keeper", "Journal bytes on disk."),
    _m("sereno_journal_unread_bytes", "gauge", "bytes", "", "keeper", "Journal bytes not yet stored."),
    _m("sereno_journal_poisoned_frames_total", "counter", "", "", "keeper", "Journal frames skipped because they were damaged."),
    _m("sereno_store_bytes", "gauge", "bytes", "part", "keeper", "Store size by part."),
    _m("sereno_store_up", "gauge", "", "", "keeper", "1 if the store answered its last query."),
    _m("sereno_store_calls", "gauge", "", "", "keeper", "Calls in the store."),
    _m("sereno_query_duration_seconds", "histogram", "seconds", "query", "keeper", "Duration of store queries.", QUERY_EDGES),
    _m("sereno_http_requests_total", "counter", "", "route status", "keeper", "Requests to the API and the pages."),
    _m("sereno_retention_deleted_total", "counter", "", "what", "keeper", "Calls and bodies removed by retention."),
    _m("sereno_job_runs_total", "counter", "", "job status", "keeper", "Runs of the keeper's own jobs, by success or error."),
    _m("sereno_job_duration_seconds", "gauge", "seconds", "job", "keeper", "How long the job's last run took."),
    _m("sereno_job_last_success_timestamp_seconds", "gauge", "seconds", "job", "keeper",
       "When the job last succeeded, epoch seconds."),
    _m("sereno_spans_sent_total", "counter", "", "", "keeper", "Calls sent as spans and taken by the collector."),
    _m("sereno_spans_dropped_total", "counter", "", "reason", "keeper",
       "Calls never sent as spans, by reason: expired, refused, unreadable."),
    _m("sereno_spans_failures_total", "counter", "", "reason", "keeper",
       "Failed attempts to send spans, by reason: unreachable, timeout, busy, unauthorized, refused, protocol."),
    _m("sereno_spans_pending", "gauge", "", "", "keeper", "Stored calls not yet looked at for sending as spans."),
    _m("lora_adapters", "gauge", "", "base_model", "keeper", "Versions of adapters that are registered."),
    _m("lora_active_info", "gauge", "", "base_model version", "keeper", "1 for the version that is champion of its base model."),
    _m("lora_active_training_loss", "gauge", "", "base_model", "keeper", "Training loss of the champion."),
    _m("lora_active_validation_loss", "gauge", "", "base_model", "keeper", "Validation loss of the champion."),
    _m("lora_promotions_total", "counter", "", "action", "keeper",
       "Entries of the promotion log, by action: import, promote, force, refuse, rollback."),
    _m("sereno_lora_last_window_timestamp_seconds", "gauge", "seconds", "", "keeper",
       "End of the last window in which calls to an adapter were counted, epoch seconds."),
    _m("drift_checks_total", "counter", "", "status", "keeper", "Drift checks, by status: ok, insufficient_data, error."),
    _m("drift_detected_total", "counter", "", "severity", "keeper", "Drift checks that found drift, by severity."),
    _m("drift_kl_divergence", "gauge", "", "", "keeper",
       "KL(current‖reference) of the most drifted feature at the last check, nats."),
    _m("drift_psi", "gauge", "", "", "keeper",
       "Population stability index of the most drifted feature at the last check, nats, as measured."),
    _m("drift_baseline_accuracy", "gauge", "", "", "keeper", "Accuracy that the last drift check compared with, 0 to 1."),
    _m("drift_current_accuracy", "gauge", "", "", "keeper", "Accuracy at the last drift check, 0 to 1."),
    _m("drift_combined_score", "gauge", "", "", "keeper",
       "PSI/0.3, KL/0.2 and loss of accuracy together (weights 0.4, 0.3, 0.3), each from 0 to 1."),
    _m("drift_severity", "gauge", "", "model", "keeper",
       "Verdict of the last check: 0 none, 1 notice, 2 moderate, 3 significant, 4 critical; absent without enough data; model all: every call."),
    _m("drift_accuracy_severity", "gauge", "", "", "keeper",
       "Accuracy by its Wilson upper bound: 0 from 0.80 on, 1 from 0.75, 3 from 0.70, 4 below; absent where none is measured."),
    _m("drift_feature_psi", "gauge", "", "model feature", "keeper",
       "PSI of a feature less its mean under no drift, nats, at the last check; model all: every call."),
    _m("drift_feature_severity", "gauge", "", "model feature", "keeper", "Verdict of a feature at the last check, as drift_severity."),
    _m("drift_check_duration_seconds", "histogram", "seconds", "", "keeper", "Duration of drift checks.", QUERY_EDGES),
    _m("drift_last_check_timestamp_seconds", "gauge", "seconds", "", "keeper",
       "When drift was last checked without an error, epoch seconds."),
    _m("drift_check_interval_seconds", "gauge", "seconds", "", "keeper",
       "How often drift is to be checked; absent where no reference is in use."),
    _m("drift_check_failing", "gauge", "", "", "keeper", "1 if the last drift check failed."),
    _m("drift_reference_info", "gauge", "", "reference version", "keeper", "1 for the reference in use."),
    _m("finetuning_triggers_total", "counter", "", "trigger_type", "keeper",
       "Triggers of fine-tuning, by type: drift, accuracy, manual."),
    _m("finetuning_triggers_waiting", "gauge", "", "", "keeper", "Triggers of fine-tuning that wait for a person."),
    _m("llm_quality_checks_total", "counter", "", "check model result", "keeper",
       "Answers looked at, by check (empty, truncated, refusal, repetition, language, json) and result, pass or fail."),
    _m("llm_feedback_total", "counter", "", "model thumbs", "keeper", "What people said of answers and explanations, up or down."),
    _m("llm_quality_score", "gauge", "", "model", "keeper",
       "Share of right answers in the last 30 days, by evaluation sets and labels; absent below 30 answers."),
    _m("llm_quality_change", "gauge", "", "model bound", "keeper",
       "Share of right answers in the last 7 days less that of the 28 days before, over the same questions: value, and low and high of its 95 % interval (Newcombe)."),
    _m("llm_evaluation_score", "gauge", "", "evaluation model", "keeper",
       "Score of the last run of a planned evaluation, 0 to 1; corrected where a calibrated judge decided."),
    _m("llm_evaluation_runs_total", "counter", "", "evaluation status", "keeper",
       "Runs of planned evaluations, by status: success, or error where no question was scored."),
    _m("llm_evaluation_failing", "gauge", "", "evaluation", "keeper", "1 if the last run of a planned evaluation gave no score."),
    _m("llm_evaluation_last_success_timestamp_seconds", "gauge", "seconds", "evaluation", "keeper",
       "When the last run of a planned evaluation that gave a score began, epoch seconds."),
    _m("llm_evaluation_due_timestamp_seconds", "gauge", "seconds", "evaluation", "keeper",
       "When a planned evaluation runs next, epoch seconds; in the past while it runs or nobody runs it."),
    _m("sereno_key_budget_used_ratio", "gauge", "", "key", "keeper",
       "Share of its month's budget that a key has spent, by its name; from 1 on it is refused."),
    _m("sereno_alerts_active", "gauge", "", "severity", "keeper", "Alerts that fire, as Alertmanager or Grafana last told."),
    _m("sereno_alerts_unacknowledged", "gauge", "", "severity", "keeper", "Alerts that fire and that nobody has taken up."),
    _m("sereno_alerts_last_report_timestamp_seconds", "gauge", "seconds", "", "keeper",
       "When Alertmanager or Grafana last reported anything, epoch seconds."),
    _m("sereno_alerts_acknowledge_seconds", "gauge", "seconds", "", "keeper",
       "Mean time until a person took up a critical alert, over the last 30 days."),
    _m("sereno_alerts_detection_seconds", "gauge", "seconds", "", "keeper",
       "Mean time from the beginning of a critical condition until it was told, over the last 30 days."),
    _m("sereno_alert_explanations_total", "counter", "", "outcome", "keeper",
       "Explanations of alerts, by outcome: sent, partly, unsent, late, limited, no_series, nothing, failed."),
    _m("sereno_gateway_workers", "gauge", "", "", "gateway", "Gateway workers alive."),
    _m("sereno_gateway_connections", "gauge", "", "", "gateway", "Client connections open."),
    _m("sereno_gateway_requests_total", "counter", "", "", "gateway", "Requests forwarded."),
    _m("sereno_gateway_rejected_total", "counter", "", "reason", "gateway", "Requests refused before they were forwarded."),
    _m("sereno_gateway_bytes_total", "counter", "", "direction", "gateway", "Body bytes passed through."),
    _m("sereno_gateway_upstream_errors_total", "counter", "", "", "gateway", "Exchanges that failed on the model server's side."),
    _m("sereno_gateway_records_total", "counter", "", "", "gateway", "Records handed to the journal."),
    _m("sereno_gateway_dropped_records_total", "counter", "", "reason", "gateway",
       "Records lost, by reason: budget, queue, disk, encode."),
    _m("sereno_gateway_capture_bytes", "gauge", "bytes", "", "gateway", "Captured bytes in memory."),
    _m("sereno_gateway_strict_timeouts_total", "counter", "", "", "gateway",
       "Answers released in strict durability before their record was on disk."),
    _m("sereno_gateway_memory_bytes", "gauge", "bytes", "", "gateway", "Resident memory of all gateway workers."),
    # The instrumented agent, on its own port.
    _m("agent_conversations_total", "counter", "", "", "agent", "Conversations begun."),
    _m("agent_messages_total", "counter", "", "", "agent", "Messages received, answered or not."),
    _m("agent_requests_total", "counter", "", "status", "agent", "Messages by outcome, success or error."),
    _m("agent_request_duration_seconds", "histogram", "seconds", "", "agent",
       "Time from a message to its answer.", DURATION_EDGES),
    _m("agent_errors_total", "counter", "", "type", "agent", "Messages that got no answer, by what was wrong with the model."),
    _m("agent_feedback_total", "counter", "", "thumbs", "agent", "Answers that people judged, by thumbs up or down."),
    _m("agent_feedback_sent_total", "counter", "", "outcome", "agent",
       "Judgements on their way to Sereno, which keeps them, by outcome: sent, or failed."),
    _m("agent_feedback_score", "histogram", "", "", "agent", "Scores that people gave to answers, 0 to 1.", SCORE_EDGES),
    _m("agent_conversations_active", "gauge", "", "", "agent", "Conversations remembered now."),
    _m("agent_requests_in_flight", "gauge", "", "", "agent", "Messages being answered now."),
)  # fmt: skip

METRIC: dict[str, Metric] = {metric.name: metric for metric in METRICS}
"""The catalogue by name."""
