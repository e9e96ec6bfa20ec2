"""Versions of adapters beside each other."""

# SQL is put together from names in this file.
# ruff: noqa: S608

from __future__ import annotations

from sereno.dashboards import drift
from sereno.dashboards.board import Board, Mark, Section
from sereno.dashboards.expressions import plain, tile
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import PLAIN, REACH, YES, Steps, bad_above, bad_from
from sereno.dashboards.panel import BarChart, Column, Kind, Pie, Query, Series, Sql, Table, Tile, Unit

NO_ADAPTERS = "No adapters"
NO_CALLS = "No calls to an adapter"
CREATED = Mark(
    "Adapter created",
    "SELECT created_at AS time, version AS text, base_model AS tags FROM lora_adapters"
    " WHERE $__timeFilter(created_at) ORDER BY 1",
    "green",
)
DEPLOYED = Mark(
    "Adapter deployed",
    "SELECT deployed_at AS time, version AS text, base_model AS tags FROM lora_adapters"
    " WHERE $__timeFilter(deployed_at) ORDER BY 1",
    "blue",
)


def board(limits: Limits) -> Board:
    """The dashboard."""
    return Board(
        uid="lora-version-tracking",
        title="LoRA version tracking",
        text="Every version of every adapter: what it was made from, how its training went, how it does in traffic.",
        folder="Drift",
        audiences=("developer", "manager"),
        variables=drift.VARIABLES,
        since="now-90d",
        refresh="1m",
        sections=(
            Section("", (*_versions(), *_tiles())),
            Section("Performance in traffic", _performance(limits)),
            Section("Distribution and log", _log()),
        ),
        marks=(CREATED, DEPLOYED, drift.TRIGGERED),
    )


def _versions() -> tuple[Kind, ...]:
    return (
        Table(
            "Adapter versions",
            "Every version with what it was trained by, the newest first (table lora_adapters).",
            width=24, height=9, empty=NO_ADAPTERS,
            sql=(
                Sql(
                    "SELECT version, base_model, is_active::int AS is_active, rank, alpha, dropout, num_epochs,"
                    " learning_rate, batch_size, training_loss, validation_loss, training_time_seconds, created_at,"
                    " deployed_at FROM lora_adapters ORDER BY created_at DESC LIMIT 500"
                ),
            ),
            columns=(
                Column("Version", "string", field="version"), Column("Base model", "string", field="base_model"),
                Column("Champion", "none", words=YES, field="is_active"),
                Column("Rank", "none", field="rank"), Column("Alpha", "none", field="alpha"),
                Column("Dropout", "none", field="dropout"), Column("Epochs", "none", field="num_epochs"),
                Column("Learning rate", "none", field="learning_rate", decimals=6),
                Column("Batch", "none", field="batch_size"),
                Column("Training loss", "none", decimals=4, field="training_loss"),
                Column("Validation loss", "none", decimals=4, field="validation_loss"),
                Column("Training time", "s", field="training_time_seconds"),
                Column("Created", "dateTimeAsLocal", field="created_at"),
                Column("Deployed", "dateTimeAsLocal", field="deployed_at"),
            ),
        ),
        Series(
            "Training and validation loss",
            "Of each version that was imported in the time range, at the time it was (table lora_adapters). Apart for "
            "long: it learnt its examples by heart.",
            (), "none", low=0, empty=NO_ADAPTERS,
            sql=(
                Sql(
                    "SELECT created_at AS time, training_loss, validation_loss FROM lora_adapters"
                    " WHERE $__timeFilter(created_at) ORDER BY 1",
                    (("training_loss", "Training loss"), ("validation_loss", "Validation loss")),
                ),
            ),
        ),
        BarChart(
            "Training time per version",
            "Of the 30 newest versions (lora_adapters.training_time_seconds).",
            (), "s", low=0, empty=NO_ADAPTERS,
            sql=(
                Sql(
                    "SELECT version, training_time_seconds FROM (SELECT version, training_time_seconds, created_at"
                    " FROM lora_adapters WHERE training_time_seconds IS NOT NULL ORDER BY created_at DESC LIMIT 30)"
                    " AS newest ORDER BY created_at",
                    (("training_time_seconds", "Training time"),),
                ),
            ),
        ),
    )  # fmt: skip


def _tiles() -> tuple[Kind, ...]:
    active = plain("lora_active_info")
    return (
        Tile(
            "Total adapters",
            "Versions that are registered (lora_adapters).",
            (Query(tile(f"sum(max by (base_model) ({plain('lora_adapters')}))"), "Versions"),),
            "none", words=REACH, decimals=0, spark=False, empty=NO_ADAPTERS,
        ),
        Tile(
            "Active adapters",
            "Base models that have a champion (lora_active_info).",
            (Query(tile(f"count(max by (base_model) ({active}))"), "Champions"),),
            "none", words=REACH, decimals=0, spark=False, empty="No adapter is champion",
        ),
        Tile(
            "Active adapter training loss",
            "Of the champion of each base model (lora_active_training_loss).",
            (Query(f"max by (base_model) ({plain('lora_active_training_loss')})", "{{base_model}}"),),
            "none", decimals=4, spark=False, empty="No adapter is champion",
        ),
        Tile(
            "Active adapter validation loss",
            "Of the champion of each base model (lora_active_validation_loss).",
            (Query(f"max by (base_model) ({plain('lora_active_validation_loss')})", "{{base_model}}"),),
            "none", decimals=4, spark=False, empty="No adapter is champion",
        ),
        Tile(
            "Current active version",
            "The champion that was deployed last (table lora_adapters).",
            (), "string", spark=False, field="version", empty="No adapter is champion",
            sql=(
                Sql(
                    "SELECT version FROM lora_adapters WHERE is_active ORDER BY deployed_at DESC NULLS LAST, version"
                    " LIMIT 1"
                ),
            ),
        ),
        Tile(
            "Traffic counted ago",
            "Since the end of the last hour in which calls to an adapter were counted "
            "(sereno_lora_last_window_timestamp_seconds).",
            (Query(tile(f"time() - max({plain('sereno_lora_last_window_timestamp_seconds')})"), "Ago"),),
            "s", words=REACH, spark=False, empty=NO_CALLS,
        ),
    )  # fmt: skip


def _course(title: str, text: str, metric: str, unit: Unit, steps: Steps = PLAIN) -> Series:
    """A figure of each version, hour by hour."""
    return Series(
        title, text, (), unit, steps, low=0, lines=steps != PLAIN, empty=NO_CALLS,
        sql=(
            Sql(
                "SELECT timestamp AS time, adapter_version AS metric, metric_value FROM lora_performance"
                f" WHERE metric_name = '{metric}' AND $__timeFilter(timestamp) ORDER BY 1, 2"
            ),
        ),
    )  # fmt: skip


def _performance(limits: Limits) -> tuple[Kind, ...]:
    late = bad_above(limits.latency_yellow, limits.latency_red)
    return (
        Table(
            "Performance metrics comparison",
            "Each version over the time range: means of its hours, weighted by their calls; accuracy of its last "
            "evaluation (table lora_performance).",
            width=24, empty=NO_CALLS,
            sql=(
                Sql(
                    "SELECT adapter_version,"
                    " sum(metric_value) FILTER (WHERE metric_name = 'requests') AS requests,"
                    + "".join(
                        f" sum(metric_value * sample_count) FILTER (WHERE metric_name = '{name}')"
                        f" / nullif(sum(sample_count) FILTER (WHERE metric_name = '{name}'), 0) AS {name},"
                        for name in ("error_rate", "latency_p50_seconds", "latency_p95_seconds", "ttft_p95_seconds",
                                     "tokens_per_second", "output_tokens_mean")
                    )
                    + " sum(metric_value) FILTER (WHERE metric_name = 'cost_usd') AS cost_usd,"
                    " (array_agg(metric_value ORDER BY timestamp DESC)"
                    " FILTER (WHERE metric_name IN ('accuracy', 'score')))[1] AS accuracy"
                    " FROM lora_performance WHERE $__timeFilter(timestamp) GROUP BY 1 ORDER BY max(timestamp) DESC"
                ),
            ),
            columns=(
                Column("Version", "string", field="adapter_version"),
                Column("Requests", "none", decimals=0, field="requests"),
                Column("Error rate", "percentunit", bad_above(limits.errors_yellow / 100, limits.errors_red / 100),
                       decimals=2, field="error_rate"),
                Column("P50", "s", late, field="latency_p50_seconds"),
                Column("P95", "s", late, field="latency_p95_seconds"),
                Column("First token P95", "s", field="ttft_p95_seconds"),
                Column("Tokens/s", "cps", decimals=1, field="tokens_per_second"),
                Column("Tokens per answer", "none", decimals=0, field="output_tokens_mean"),
                Column("Cost", "currencyUSD", decimals=4, field="cost_usd"),
                Column("Accuracy", "percentunit", drift.accuracy_steps(limits), decimals=1, field="accuracy"),
            ),
        ),
        _course("Accuracy by version", "Evaluations of each version (metric_name accuracy).", "accuracy",
                "percentunit", drift.accuracy_steps(limits)),
        _course("Response time P95 by version", "Hour by hour (metric_name latency_p95_seconds).",
                "latency_p95_seconds", "s", bad_from(limits.latency_red)),
        _course("Tokens a second by version", "Hour by hour (metric_name tokens_per_second).", "tokens_per_second",
                "cps"),
        _course("Error rate by version", "Hour by hour (metric_name error_rate).", "error_rate", "percentunit",
                bad_from(limits.errors_red / 100)),
    )  # fmt: skip


def _log() -> tuple[Kind, ...]:
    return (
        Pie(
            "Adapters by base model",
            "Versions of each base model (table lora_adapters).",
            (), "none", width=6, empty=NO_ADAPTERS,
            sql=(Sql("SELECT base_model, count(*) AS versions FROM lora_adapters GROUP BY 1 ORDER BY 2 DESC"),),
        ),
        Pie(
            "Adapters by rank",
            "Versions of each rank (table lora_adapters).",
            (), "none", width=6, empty=NO_ADAPTERS,
            sql=(
                Sql(
                    "SELECT 'r = ' || rank AS rank, count(*) AS versions FROM lora_adapters GROUP BY lora_adapters.rank"
                    " ORDER BY lora_adapters.rank"
                ),
            ),
        ),
        Series(
            "Promotions",
            "Entries of the promotion log an hour, by action (lora_promotions_total).",
            (Query(f"sum by (action) (increase({plain('lora_promotions_total')}[1h]))", "{{action}}"),),
            "none", empty=NO_ADAPTERS,
        ),
        Table(
            "Promotion log",
            "Who decided what, when and why (table lora_promotions).",
            width=24, empty=NO_ADAPTERS,
            sql=(
                Sql(
                    "SELECT at, action, base_model, version, previous_version, forced::int AS forced, actor, reason"
                    " FROM lora_promotions WHERE $__timeFilter(at) ORDER BY at DESC, id DESC LIMIT 200"
                ),
            ),
            columns=(
                Column("Time", "dateTimeAsLocal", field="at"), Column("Action", "string", field="action"),
                Column("Base model", "string", field="base_model"), Column("Version", "string", field="version"),
                Column("Before", "string", field="previous_version"),
                Column("Forced", "none", words=YES, field="forced"), Column("Who", "string", field="actor"),
                Column("Reason", "string", field="reason"),
            ),
        ),
    )  # fmt: skip
