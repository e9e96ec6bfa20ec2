"""The watchman watched."""

from __future__ import annotations

from sereno.dashboards.board import Board, Section
from sereno.dashboards.expressions import REACHED, TARGET, quantile, rate, select, share, tile, total
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import REACH, UP, YES, bad_above, bad_from
from sereno.dashboards.panel import Column, Heat, Kind, Query, Series, Table, Tile, Timeline
from sereno.dashboards.variables import INSTANCE, JOB, UPSTREAM

QUERY = "sereno_query_duration_seconds"


def board(limits: Limits) -> Board:
    """The dashboard."""
    return Board(
        uid="sereno-health",
        title="Sereno health",
        text="Whether Sereno itself records everything, in time, without hurting traffic; and how fast it answers.",
        folder="Platform",
        audiences=("operator",),
        variables=(JOB, INSTANCE, UPSTREAM),
        sections=(
            Section("", _tiles(limits)),
            Section("Gateway", _gateway()),
            Section("Record", _record(limits)),
            Section("Store and pages", _store(limits)),
            Section("Jobs and traces", _jobs()),
            Section("Dashboards themselves", _dashboards(), collapsed=True),
        ),
    )


def _tiles(limits: Limits) -> tuple[Kind, ...]:
    return (
        Tile(
            "Sereno",
            "Whether Prometheus reaches it (up).",
            (Query(tile(REACHED), "Sereno"),),
            "none", bad_from(2), (*UP, *REACH), spark=False, empty="Not scraped",
        ),
        Tile(
            "Store",
            "Whether the store answered its last query (sereno_store_up).",
            (Query(tile(f"min({select('sereno_store_up')})"), "Store"),),
            "none", bad_from(2), (*UP, *REACH), spark=False, empty="No keeper",
        ),
        Tile(
            "Ingest lag",
            "Age of the oldest call that is not stored yet (sereno_ingest_lag_seconds). Growing: the keeper stands, or "
            "the store is slow; nothing is lost while the journal has room.",
            (Query(tile(f"max({select('sereno_ingest_lag_seconds')})"), "Lag"),),
            "s", bad_above(limits.lag_yellow, limits.lag_red), REACH, empty="No keeper",
        ),
        Tile(
            "Records lost",
            "Records dropped in the time range, whatever the reason (sereno_gateway_dropped_records_total). Their "
            "clients got their answers; the record did not.",
            (Query(tile(f"sum(increase({select('sereno_gateway_dropped_records_total')}[$__range]))"), "Lost"),),
            "none", bad_from(1), REACH, decimals=0, spark=False, empty="None",
        ),
        Tile(
            "Calls stored",
            "Calls in the store (sereno_store_calls).",
            (Query(tile(f"max({select('sereno_store_calls')})"), "Calls"),),
            "short", words=REACH, empty="No keeper",
        ),
        Tile(
            "Model servers",
            "Whether every model server answered its last poll (sereno_upstream_up).",
            (Query(tile(f"min({select('sereno_upstream_up')})"), "Servers"),),
            "none", bad_from(2), (*UP, *REACH), spark=False, empty="Not polled",
        ),
    )  # fmt: skip


def _gateway() -> tuple[Kind, ...]:
    return (
        Series(
            "Requests through the gateway",
            "Forwarded a second (sereno_gateway_requests_total), and those that failed on the model server's side.",
            (
                Query(rate("sereno_gateway_requests_total"), "Forwarded"),
                Query(rate("sereno_gateway_upstream_errors_total"), "Upstream errors"),
            ),
            "reqps",
        ),
        Series(
            "Refused",
            "Requests that never reached a model server, by reason (sereno_gateway_rejected_total): keys, limits, "
            "hosts.",
            (Query(rate("sereno_gateway_rejected_total", by="reason"), "{{reason}}"),),
            "reqps", stacked=True, empty="None",
        ),
        Series(
            "Connections and workers",
            "Open client connections (sereno_gateway_connections), and workers alive (sereno_gateway_workers).",
            (
                Query(total(select("sereno_gateway_connections")), "Connections"),
                Query(total(select("sereno_gateway_workers")), "Workers"),
            ),
            "none",
        ),
        Series(
            "Bytes through the gateway",
            "Body bytes a second, by direction (sereno_gateway_bytes_total).",
            (Query(rate("sereno_gateway_bytes_total", by="direction"), "{{direction}}"),),
            "binBps",
        ),
        Series(
            "Memory of the gateway",
            "Resident memory of all workers, and captured bytes that wait to be written (sereno_gateway_memory_bytes, "
            "sereno_gateway_capture_bytes).",
            (
                Query(total(select("sereno_gateway_memory_bytes")), "Resident"),
                Query(total(select("sereno_gateway_capture_bytes")), "Captured"),
            ),
            "bytes",
        ),
        Timeline(
            "Reachable",
            "When Prometheus reached each Sereno (up).",
            (Query(f"max by (job, instance) (up{{{TARGET}}})", "{{job}} {{instance}}"),),
            "none", words=UP, empty="Not scraped",
        ),
    )  # fmt: skip


def _record(limits: Limits) -> tuple[Kind, ...]:
    return (
        Series(
            "Records written and stored",
            "Records a second that the gateway handed on (sereno_gateway_records_total), and calls stored "
            "(sereno_calls_ingested_total, in sereno_ingest_batches_total). Apart for long: the keeper falls behind.",
            (
                Query(rate("sereno_gateway_records_total"), "Written"),
                Query(rate("sereno_calls_ingested_total"), "Stored"),
                Query(rate("sereno_ingest_batches_total"), "Batches"),
            ),
            "cps",
        ),
        Series(
            "Ingest lag over time",
            "Age of the oldest call that is not stored yet (sereno_ingest_lag_seconds).",
            (Query(f"max({select('sereno_ingest_lag_seconds')})", "Lag"),),
            "s", bad_from(limits.lag_red), lines=True, empty="No keeper",
        ),
        Series(
            "Journal",
            "On disk, and of that not stored yet (sereno_journal_bytes, sereno_journal_unread_bytes). At its budget "
            "new records are dropped.",
            (
                Query(total(select("sereno_journal_bytes")), "On disk"),
                Query(total(select("sereno_journal_unread_bytes")), "Not stored"),
            ),
            "bytes", empty="No keeper",
        ),
        Series(
            "What went wrong",
            "A minute: records dropped, batches refused, bodies that could not be read, enrichers that failed, damaged "
            "frames, answers let go in strict durability before they were on disk. All should be 0.",
            (
                Query(f"60 * {rate('sereno_gateway_dropped_records_total')}", "Dropped"),
                Query(f"60 * {rate('sereno_ingest_errors_total')}", "Ingest errors"),
                Query(f"60 * {rate('sereno_decode_failures_total')}", "Decode failures"),
                Query(f"60 * {rate('sereno_enrich_failures_total')}", "Enrich failures"),
                Query(f"60 * {rate('sereno_journal_poisoned_frames_total')}", "Damaged frames"),
                Query(f"60 * {rate('sereno_gateway_strict_timeouts_total')}", "Strict timeouts"),
            ),
            "short", bad_from(0.01), lines=True, empty="None",
        ),
    )  # fmt: skip


def _store(limits: Limits) -> tuple[Kind, ...]:
    requests = rate("sereno_http_requests_total")
    return (
        Series(
            "Store queries P95",
            "By query (sereno_query_duration_seconds).",
            (Query(quantile(0.95, QUERY, by="query"), "{{query}}"),),
            "s", bad_from(limits.query_red), lines=True, empty="Not asked",
        ),
        Heat(
            "Store queries",
            "How many a second took how long (sereno_query_duration_seconds).",
            (Query(rate(f"{QUERY}_bucket", by="le")),),
            "s", empty="Not asked",
        ),
        Series(
            "Store size",
            "By part (sereno_store_bytes).",
            (Query(f"sum by (part) ({select('sereno_store_bytes')})", "{{part}}"),),
            "bytes", stacked=True, empty="No keeper",
        ),
        Series(
            "Requests to API and pages",
            "A second, by route (sereno_http_requests_total).",
            (Query(rate("sereno_http_requests_total", by="route"), "{{route}}"),),
            "reqps", stacked=True, empty="Not asked",
        ),
        Series(
            "Failed requests to API and pages",
            "Percent of them that Sereno failed to answer (sereno_http_requests_total, status 5xx).",
            (Query(share(rate("sereno_http_requests_total", 'status=~"5.."'), requests), "Failed"),),
            "percent", bad_from(limits.errors_red), lines=True, low=0, empty="Not asked",
        ),
        Series(
            "Deleted by retention",
            "A minute, by what (sereno_retention_deleted_total).",
            (Query(f"60 * {rate('sereno_retention_deleted_total', by='what')}", "{{what}}"),),
            "short", empty="Nothing",
        ),
    )  # fmt: skip


def _jobs() -> tuple[Kind, ...]:
    last = select("sereno_job_last_success_timestamp_seconds")
    failed = select("sereno_job_runs_total", 'status="error"')
    return (
        Table(
            "Keeper's jobs",
            "When each job last succeeded, how long it took, how often it failed in the time range (sereno_job_*).",
            (
                Query(f"time() - max by (exported_job) ({last})"),
                Query(f"max by (exported_job) ({select('sereno_job_duration_seconds')})"),
                Query(f"sum by (exported_job) (increase({failed}[$__range]))"),
            ),
            keys=(Column("exported_job", "string"),),
            columns=(
                Column("Succeeded ago", "s", bad_above(7200, 172800)),
                Column("Took", "s"),
                Column("Failed", "none", bad_from(1), decimals=0),
            ),
            width=16, height=7, sort="Succeeded ago", empty="No keeper",
        ),
        Table(
            "Versions",
            "Which version of Sereno runs where (sereno_build_info). Two at once: an update is half done.",
            (Query(f"max by (job, instance, version) ({select('sereno_build_info')})"),),
            keys=(Column("job", "string"), Column("instance", "string"), Column("version", "string")),
            columns=(Column("Runs", "none", words=YES),),
            width=8, height=7, empty="Not scraped",
        ),
        Series(
            "Calls sent as traces",
            "Spans that the collector took, a second, and those it will never get (sereno_spans_sent_total, "
            "sereno_spans_dropped_total).",
            (
                Query(rate("sereno_spans_sent_total"), "Sent"),
                Query(rate("sereno_spans_dropped_total", by="reason"), "dropped: {{reason}}"),
            ),
            "cps", empty="No traces are sent",
        ),
        Series(
            "Traces that wait",
            "Calls not yet looked at for sending (sereno_spans_pending), and failed attempts a minute "
            "(sereno_spans_failures_total). Nothing is lost while the collector is away for less than the retention.",
            (
                Query(f"max({select('sereno_spans_pending')})", "Waiting"),
                Query(f"60 * {rate('sereno_spans_failures_total', by='reason')}", "{{reason}}"),
            ),
            "short", empty="No traces are sent",
        ),
        Series(
            "Sereno's own calls",
            "Calls that Sereno itself made to a model, a minute (sereno_internal_requests_total): they stand in no "
            "llm_* figure.",
            (Query(f"60 * {rate('sereno_internal_requests_total', by='status')}", "{{status}}"),),
            "short", width=24, height=6, empty="None",
        ),
    )  # fmt: skip


def _dashboards() -> tuple[Kind, ...]:
    return (
        Series(
            "Scrapes of Sereno",
            "How long a scrape of /metrics takes (scrape_duration_seconds), and how many samples it brings.",
            (
                Query(f"max(scrape_duration_seconds{{{TARGET}}})", "Takes"),
                Query(f"max(scrape_samples_scraped{{{TARGET}}})", "Samples"),
            ),
            "s", width=8, right=("Samples", "none"), empty="Not scraped",
        ),
        Series(
            "Queries of dashboards P95",
            "How long Prometheus takes for the queries of dashboards (prometheus_http_request_duration_seconds).",
            (
                Query(
                    "histogram_quantile(0.95, sum by (handler, le) "
                    "(rate(prometheus_http_request_duration_seconds_bucket"
                    '{handler=~"/api/v1/query.*"}[$__rate_interval])))',
                    "{{handler}}",
                ),
            ),
            "s", width=8, empty="Prometheus not scraped",
        ),
        Series(
            "Series in Prometheus",
            "Active series (prometheus_tsdb_head_series).",
            (Query("sum(prometheus_tsdb_head_series)", "Series"),),
            "short", width=8, empty="Prometheus not scraped",
        ),
    )  # fmt: skip
