"""How good the answers are."""

# SQL is put together from names in this package.
# ruff: noqa: S608

from __future__ import annotations

from sereno.dashboards import drift, people
from sereno.dashboards.board import Board, Section
from sereno.dashboards.expressions import counted, increase, plain, rate, select, share, tile
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import REACH, bad_above, bad_from
from sereno.dashboards.panel import Bars, Column, Kind, Query, Series, Sql, Table, Tile
from sereno.dashboards.parts import MODEL_LINK
from sereno.dashboards.variables import CALLS

CHECKS, FEEDBACK, SCORE = "llm_quality_checks_total", "llm_feedback_total", "llm_quality_score"
CHANGE, RUNS = "llm_quality_change", "llm_evaluation_runs_total"
PLANNED, DUE = "llm_evaluation_score", "llm_evaluation_due_timestamp_seconds"
SUCCEEDED, FAILING = "llm_evaluation_last_success_timestamp_seconds", "llm_evaluation_failing"
FAILED = 'result="fail"'
FAULT = 'status="error"'
UNCHECKED, UNJUDGED, UNMEASURED = "Nothing checked", "Nobody judged", "Not measured"
UNPLANNED = "Nothing planned"
Z = 1.959964
"""Of a 95 % interval."""
COUNTS = (
    "SELECT model, check_name, sum(failed)::float8 AS k, sum(checked)::float8 AS n FROM quality_checks"
    f" WHERE hour > {people.FROM} - 3600 AND hour <= {people.TO} GROUP BY 1, 2 HAVING sum(checked) > 0"
)


def board(limits: Limits) -> Board:
    """The dashboard."""
    return Board(
        uid="quality",
        title="Quality",
        text="How good answers are: evaluation sets, what people say, cheap checks of every call.",
        folder="LLMOps",
        audiences=("developer", "manager"),
        variables=CALLS,
        since="now-7d",
        refresh="1m",
        sections=(
            Section("", _tiles(limits)),
            Section("Checks of every call", _checks(limits)),
            Section("Planned", _planned(limits)),
            Section("Evaluations and people", _judged(limits)),
        ),
    )


def _tiles(limits: Limits) -> tuple[Kind, ...]:
    failed = share(increase(CHECKS, FAILED), increase(CHECKS))
    up = share(increase(FEEDBACK, 'thumbs="up"'), increase(FEEDBACK))
    return (
        Bars(
            "Quality by model",
            "Share of right answers in the last 30 days, by evaluation sets and labels (llm_quality_score). A model "
            "with fewer than 30 answers judged has none.",
            (Query(f"max by (model) ({select(SCORE)})", "{{model}}"),),
            "percentunit", drift.accuracy_steps(limits), height=6, decimals=1, low=0, high=1, empty=UNMEASURED,
        ),
        Tile(
            "Failed checks",
            "Percent of all checks of answers in the time range that found something wrong "
            "(llm_quality_checks_total).",
            (Query(tile(failed), "Failed"),),
            "percent", bad_above(limits.errors_yellow, limits.errors_red), REACH, height=6, decimals=2, spark=False,
            empty=UNCHECKED,
        ),
        Tile(
            "Thumbs up",
            "Percent of what people said in the time range that was good (llm_feedback_total).",
            (Query(tile(up), "Up"),),
            "percent", words=REACH, height=6, decimals=0, spark=False, empty=UNJUDGED,
        ),
        Tile(
            "Answers judged",
            "By people, in the time range (llm_feedback_total).",
            (Query(tile(increase(FEEDBACK)), "Judged"),),
            "none", words=REACH, height=6, decimals=0, spark=False, empty=UNJUDGED,
        ),
    )  # fmt: skip


def _checks(limits: Limits) -> tuple[Kind, ...]:
    colours = bad_above(limits.errors_yellow, limits.errors_red)
    return (
        Series(
            "Failed checks by kind",
            "Percent of answers that each check found wanting: empty, cut off, refused, repeating itself, in another "
            "language, broken JSON (llm_quality_checks_total).",
            (Query(share(rate(CHECKS, FAILED, by="check"), rate(CHECKS, by="check")), "{{check}}"),),
            "percent", low=0, empty=UNCHECKED,
        ),
        Table(
            "Failed checks by model",
            "Over the time range, all kinds together (llm_quality_checks_total).",
            (
                Query(share(increase(CHECKS, FAILED, by="model"), increase(CHECKS, by="model"))),
                Query(counted(increase(CHECKS, FAILED, by="model"), increase(CHECKS, by="model"))),
                Query(f"{increase(CHECKS, by='model')} > 0"),
            ),
            keys=(Column("model", "string", link=MODEL_LINK),),
            columns=(
                Column("Failed %", "percent", colours, decimals=2), Column("Failed", "none", decimals=0),
                Column("Checked", "none", decimals=0),
            ),
            sort="Failed %", empty=UNCHECKED,
        ),
        Table(
            "Rates and what they are sure of",
            "Of each model and check over whole hours of the time range, with the 95 % interval of Wilson (table "
            "quality_checks): few answers, wide interval.",
            width=24, empty=UNCHECKED,
            sql=(
                Sql(
                    "SELECT model, check_name, 100 * k / n AS rate,"
                    f" 100 * greatest(0, (k + {Z * Z / 2:.6f} - {Z} * sqrt(k * (n - k) / n + {Z * Z / 4:.6f}))"
                    f" / (n + {Z * Z:.6f})) AS low,"
                    f" 100 * least(1, (k + {Z * Z / 2:.6f} + {Z} * sqrt(k * (n - k) / n + {Z * Z / 4:.6f}))"
                    f" / (n + {Z * Z:.6f})) AS high, k AS failed, n AS checked"
                    f" FROM ({COUNTS}) AS counts ORDER BY 3 DESC, 7 DESC LIMIT 500"
                ),
            ),
            columns=(
                Column("Model", "string", link=MODEL_LINK, field="model"),
                Column("Check", "string", field="check_name"),
                Column("Failed %", "percent", colours, decimals=2, field="rate"),
                Column("At least", "percent", decimals=2, field="low"),
                Column("At most", "percent", decimals=2, field="high"),
                Column("Failed", "none", decimals=0, field="failed"),
                Column("Checked", "none", decimals=0, field="checked"),
            ),
        ),
    )  # fmt: skip


def _planned(limits: Limits) -> tuple[Kind, ...]:
    accuracy = drift.accuracy_steps(limits)
    by = "max by (evaluation)"
    errors = f"sum by (evaluation) (increase({plain(RUNS, FAULT)}[$__range]))"
    runs = f"sum by (evaluation) (increase({plain(RUNS)}[$__range]))"
    return (
        Table(
            "Planned evaluations",
            "Each evaluation of the settings: its last score, when it last gave one and when it runs next, and its "
            "runs in the time range (llm_evaluation_score, llm_evaluation_last_success_timestamp_seconds, "
            "llm_evaluation_due_timestamp_seconds, llm_evaluation_failing, llm_evaluation_runs_total).",
            (
                Query(f"{by} ({select(PLANNED)})"),
                Query(f"time() - {by} ({plain(SUCCEEDED)})"),
                Query(f"{by} ({plain(DUE)}) - time()"),
                Query(f"{by} ({plain(FAILING)})"),
                Query(runs),
                Query(counted(errors, runs)),
            ),
            keys=(Column("evaluation", "string"),),
            columns=(
                Column("Score", "percentunit", accuracy, decimals=1), Column("Succeeded ago", "s"),
                Column("Runs in", "s"), Column("Fails", "bool", bad_from(1)),
                Column("Runs", "none", decimals=0), Column("Failed runs", "none", bad_from(1), decimals=0),
            ),
            sort="Failed runs", empty=UNPLANNED,
        ),
        Series(
            "Planned scores",
            "Of the last run of each planned evaluation; corrected where a calibrated judge decided "
            "(llm_evaluation_score).",
            (Query(f"max by (evaluation, model) ({select(PLANNED)})", "{{evaluation}} {{model}}"),),
            "percentunit", accuracy, lines=True, low=0, high=1, empty=UNPLANNED,
        ),
        Series(
            "Change of accuracy",
            "Right answers of the last 7 days less those of the 28 before, over the same questions, with its 95 % "
            "interval (llm_quality_change). Below 0 with all of it: worse beyond chance.",
            (Query(f"max by (model, bound) ({select(CHANGE)})", "{{model}} {{bound}}"),),
            "percentunit", width=24, empty="Nothing to compare",
        ),
    )  # fmt: skip


def _judged(limits: Limits) -> tuple[Kind, ...]:
    accuracy = drift.accuracy_steps(limits)
    return (
        Series(
            "Evaluation scores",
            "Of each run in the time range, by set and model (table eval_runs).",
            (), "percentunit", accuracy, lines=True, low=0, high=1, empty=UNMEASURED,
            sql=(
                Sql(
                    "SELECT at AS time, set_name || ' ' || model AS metric, score FROM eval_runs"
                    " WHERE $__timeFilter(at) AND score IS NOT NULL ORDER BY 1, 2"
                ),
            ),
        ),
        Series(
            "What people said",
            "Judgements an hour, thumbs up and down (llm_feedback_total).",
            (Query(f"3600 * {rate(FEEDBACK, by='thumbs')}", "{{thumbs}}"),),
            "none", stacked=True, empty=UNJUDGED,
        ),
        Table(
            "Evaluation runs",
            "The newest first, with the 95 % interval of the score; corrected for what is known of the judge, where "
            "one judged (table eval_runs).",
            width=24, empty=UNMEASURED,
            sql=(
                Sql(
                    "SELECT at, set_name, model, judge, score, low, high, corrected, items, failed, seconds, source"
                    " FROM eval_runs WHERE $__timeFilter(at) ORDER BY at DESC LIMIT 200"
                ),
            ),
            columns=(
                Column("Time", "dateTimeAsLocal", field="at"), Column("Set", "string", field="set_name"),
                Column("Model", "string", link=MODEL_LINK, field="model"), Column("Judge", "string", field="judge"),
                Column("Score", "percentunit", accuracy, decimals=1, field="score"),
                Column("At least", "percentunit", decimals=1, field="low"),
                Column("At most", "percentunit", decimals=1, field="high"),
                Column("Corrected", "percentunit", decimals=1, field="corrected"),
                Column("Items", "none", decimals=0, field="items"),
                Column("Without answer", "none", bad_above(1, 5), decimals=0, field="failed"),
                Column("Took", "s", field="seconds"), Column("Source", "string", field="source"),
            ),
        ),
        Table(
            "Latest words",
            "What people said of answers, the newest first (table feedback).",
            empty=UNJUDGED,
            sql=(
                Sql(
                    "SELECT at, model, score, label, comment, user_name, source FROM feedback"
                    " WHERE $__timeFilter(at) ORDER BY at DESC LIMIT 200"
                ),
            ),
            columns=(
                Column("Time", "dateTimeAsLocal", field="at"),
                Column("Model", "string", link=MODEL_LINK, field="model"),
                Column("Score", "none", decimals=1, field="score"), Column("Label", "string", field="label"),
                Column("Comment", "string", field="comment"), Column("User", "string", field="user_name"),
                Column("Source", "string", field="source"),
            ),
        ),
        Table(
            "Judges",
            "How often each judging model recognised good and bad answers of people's labels, at its last calibration "
            "(table judge_calibrations).",
            empty="No judge is calibrated",
            sql=(
                Sql(
                    "SELECT DISTINCT ON (judge) judge, at, good_found::float8 / nullif(good, 0) AS sensitivity,"
                    " bad_found::float8 / nullif(bad, 0) AS specificity, good + bad AS answers, unread"
                    " FROM judge_calibrations ORDER BY judge, at DESC"
                ),
            ),
            columns=(
                Column("Judge", "string", field="judge"), Column("Time", "dateTimeAsLocal", field="at"),
                Column("Good found", "percentunit", accuracy, decimals=1, field="sensitivity"),
                Column("Bad found", "percentunit", accuracy, decimals=1, field="specificity"),
                Column("Answers", "none", decimals=0, field="answers"),
                Column("Unread", "none", decimals=0, field="unread"),
            ),
        ),
    )  # fmt: skip
