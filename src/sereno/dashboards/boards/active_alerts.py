"""What is on fire, since when, how often."""

from __future__ import annotations

from sereno.dashboards.board import Board, Section
from sereno.dashboards.expressions import RANGE, RATE, select
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import PLAIN, Step, Word, bad_from
from sereno.dashboards.panel import Alerts, Bars, Column, History, Kind, Query, Series, Table, Tile, Timeline
from sereno.dashboards.variables import INSTANCE, JOB

FIRING = 'ALERTS{alertstate="firing",alertname!="Watchdog"}'
STATES = (Word(1, "Firing", "red"),)
NONE = "None"
CRITICAL = 'severity="critical"'


def board(limits: Limits) -> Board:
    """The dashboard; it has no thresholds of its own."""
    del limits
    return Board(
        uid="active-alerts",
        title="Active alerts",
        text="Alerts that fire, since when, their history and statistics, and whether telling anybody works.",
        folder="Platform",
        audiences=("operator",),
        variables=(JOB, INSTANCE),
        since="now-24h",
        sections=(
            Section("", _tiles()),
            Section("Active", (_table(), _list())),
            Section("History", (_timeline(), _annotations())),
            Section("Statistics", _statistics()),
            Section("Response", _response()),
            Section("Notification", _notification()),
        ),
    )


def _count(title: str, text: str, conditions: str, red: bool) -> Tile:
    selector = f'ALERTS{{alertname!="Watchdog",{conditions}}}'
    return Tile(
        title,
        f"{text} (ALERTS, without Watchdog). 0 where nothing does; whether rules are evaluated at all stands beside "
        f"it.",
        (Query(f"count({selector}) or vector(0)", title),),
        "none",
        bad_from(1) if red else (Step(None, "green"), Step(1, "yellow")),
    )


def _tiles() -> tuple[Kind, ...]:
    return (
        _count("Critical", "Critical alerts that fire", 'alertstate="firing",severity="critical"', red=True),
        _count("Warning", "Warnings that fire", 'alertstate="firing",severity="warning"', red=False),
        _count("Pending", "Alerts whose condition holds, but not yet long enough", 'alertstate="pending"', red=False),
        Tile(
            "Watchdog",
            "An alert that always fires: without it nothing would be told (ALERTS).",
            (Query('max(ALERTS{alertname="Watchdog",alertstate="firing"})', "Watchdog"),),
            "none",
            words=(Word(1, "Watching", "green"),),
            spark=False,
            empty="No Watchdog",
        ),
        Tile(
            "Rules evaluated",
            "Rules that Prometheus evaluates (prometheus_rule_group_rules).",
            (Query("sum(prometheus_rule_group_rules)", "Rules"),),
            "none",
            spark=False,
            empty="Prometheus not scraped",
        ),
        Tile(
            "Silences",
            "Active silences (alertmanager_silences): what they hide is told to nobody.",
            (Query('sum(alertmanager_silences{state="active"})', "Silences"),),
            "none",
            (Step(None, "green"), Step(1, "yellow")),
            spark=False,
            empty="No Alertmanager",
        ),
    )


def _table() -> Table:
    firing = 'ALERTS{alertstate="firing",alertname!="Watchdog"}'
    since = f"max by (alertname, severity) (ALERTS_FOR_STATE and on (alertname) {firing})"
    return Table(
        "Firing now",
        "Each alert that fires: how many series of it, and for how long its condition has held (ALERTS, "
        "ALERTS_FOR_STATE).",
        (
            Query(f"count by (alertname, severity) ({firing})"),
            Query(f"time() - {since}"),
        ),
        keys=(Column("alertname", "string"), Column("severity", "string")),
        columns=(Column("Series", "none", bad_from(1)), Column("Since", "s")),
        sort="Since",
        empty=NONE,
    )


def _list() -> Alerts:
    return Alerts(
        "Alerts that Grafana sees",
        "Of its own rules and of Prometheus and Alertmanager: firing, pending, without data, in error.",
    )


def _timeline() -> Timeline:
    return Timeline(
        "When alerts fired",
        "Each alert of the time range (ALERTS, without Watchdog).",
        (Query(f"max by (alertname) ({FIRING})", "{{alertname}}"),),
        "none",
        words=STATES,
        width=16,
        empty=NONE,
    )


def _annotations() -> History:
    return History(
        "Deployments and notes",
        "What people and pipelines noted on dashboards with the tag `deploy`: often the cause.",
        width=8,
        tags=("deploy",),
    )


def _statistics() -> tuple[Kind, ...]:
    minutes = f"sum by (alertname) (count_over_time((count by (alertname) ({FIRING}))[{RANGE}:1m]))"
    starts = f"sum by (alertname) (changes((max by (alertname) (ALERTS_FOR_STATE))[{RANGE}:1m])) + 1"
    return (
        Bars(
            "Noisiest rules",
            "How often each alert began in the time range (changes of ALERTS_FOR_STATE): what begins often is tuned or "
            "mended.",
            (Query(f"sort_desc({starts})", "{{alertname}}"),),
            "none",
            PLAIN,
            width=8,
            decimals=0,
            low=0,
            empty=NONE,
        ),
        Bars(
            "Longest firing",
            "How long each alert fired in the time range, to the minute (ALERTS).",
            (Query(f"sort_desc(60 * {minutes})", "{{alertname}}"),),
            "s",
            width=8,
            low=0,
            empty=NONE,
        ),
        Series(
            "Alerts over time",
            "How many fire, by severity (ALERTS, without Watchdog).",
            (Query(f"count by (severity) ({FIRING})", "{{severity}}"),),
            "none",
            width=8,
            stacked=True,
            empty=NONE,
        ),
    )


def _response() -> tuple[Kind, ...]:
    empty = "Nothing reported to Sereno"
    return (
        Tile(
            "Nobody has taken up",
            "Critical alerts that fire and that nobody has acknowledged (sereno_alerts_unacknowledged).",
            (Query(f"sum({select('sereno_alerts_unacknowledged', CRITICAL)})", "Waiting"),),
            "none",
            bad_from(1),
            empty=empty,
        ),
        Tile(
            "Until taken up",
            "Mean time until a person acknowledged a critical alert, over 30 days (sereno_alerts_acknowledge_seconds). "
            "Five minutes are the target.",
            (Query(f"max({select('sereno_alerts_acknowledge_seconds')})", "Until taken up"),),
            "s",
            (Step(None, "green"), Step(300, "red")),
            empty="Nothing acknowledged",
        ),
        Tile(
            "Until told",
            "Mean time from the beginning of a critical condition until it was told, over 30 days "
            "(sereno_alerts_detection_seconds). Two minutes are the target.",
            (Query(f"max({select('sereno_alerts_detection_seconds')})", "Until told"),),
            "s",
            (Step(None, "green"), Step(120, "red")),
            empty=empty,
        ),
        Tile(
            "Last report",
            "How long ago Alertmanager or Grafana reported anything to Sereno, which keeps the history "
            "(sereno_alerts_last_report_timestamp_seconds). The Watchdog alone does so every five minutes.",
            (Query(f"time() - max({select('sereno_alerts_last_report_timestamp_seconds')})", "Last report"),),
            "s",
            (Step(None, "green"), Step(900, "red")),
            spark=False,
            empty=empty,
        ),
        Series(
            "Alerts as reported to Sereno",
            "How many fire, by severity (sereno_alerts_active).",
            (Query(f"sum by (severity) ({select('sereno_alerts_active')})", "{{severity}}"),),
            "none",
            stacked=True,
            empty=empty,
        ),
        Series(
            "Alerts explained",
            "An hour, by what became of the explanation (sereno_alert_explanations_total).",
            (
                Query(
                    f"sum by (outcome) (increase({select('sereno_alert_explanations_total')}[1h]))",
                    "{{outcome}}",
                ),
            ),
            "none",
            stacked=True,
            empty="None",
        ),
    )


def _notification() -> tuple[Kind, ...]:
    return (
        Series(
            "Notifications",
            "Sent a minute by way (alertmanager_notifications_total), and those that failed. Failed ones are repeated, "
            "but nobody knows meanwhile.",
            (
                Query(f"60 * sum by (integration) (rate(alertmanager_notifications_total[{RATE}]))", "{{integration}}"),
                Query(
                    f"60 * sum by (integration) (rate(alertmanager_notifications_failed_total[{RATE}])) > 0",
                    "{{integration}} failed",
                ),
            ),
            "short",
            empty="No Alertmanager",
        ),
        Series(
            "Rules that fail, alerts dropped",
            "Evaluations that failed and alerts that never reached Alertmanager, a minute "
            "(prometheus_rule_evaluation_failures_total, prometheus_notifications_dropped_total). Both should be 0.",
            (
                Query(f"60 * sum(rate(prometheus_rule_evaluation_failures_total[{RATE}]))", "Failed evaluations"),
                Query(f"60 * sum(rate(prometheus_notifications_dropped_total[{RATE}]))", "Dropped"),
            ),
            "short",
            bad_from(0.01),
            lines=True,
            empty="Prometheus not scraped",
        ),
    )
