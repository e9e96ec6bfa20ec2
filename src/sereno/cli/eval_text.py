"""Evaluations in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from sereno.cli.tables import clean, print_table
from sereno.query.evaluations import JudgeMessage, RunComparison, RunDetail, RunMessage
from sereno.query.pairs import PairsMessage
from sereno.query.plans import PlanMessage

SHOWN_ANSWER = 160
MOST_UNREAD = 5
SURE = 0.05
"""p-value below which a difference is called one."""


def print_runs(rows: Sequence[RunMessage]) -> None:
    """One run a line."""
    cells = [
        [row.id, row.at[:19].replace("T", " "), row.set_name, row.model,
         _share(row.score, row.low, row.high), str(row.items), str(row.failed)]
        for row in rows
    ]  # fmt: skip
    print_table(("run", "time", "set", "model", "score", "items", "failed"), cells, right=("items", "failed"),
                flexible="model", drop=("failed", "items"))  # fmt: skip


def print_plans(rows: Sequence[PlanMessage]) -> None:
    """One planned evaluation a line, and why one fails."""
    cells = [
        [row.name, row.set_name, row.model, row.schedule, _moment(row.succeeded),
         "now" if row.running else _moment(row.due), _share(row.score, row.low, row.high), "yes" if row.error else ""]
        for row in rows
    ]  # fmt: skip
    print_table(("plan", "set", "model", "how often", "succeeded (UTC)", "next (UTC)", "score", "fails"), cells,
                flexible="model", drop=("set", "how often"), style=lambda row: "red" if row[7] else "")  # fmt: skip
    for row in rows:
        if row.error:
            print(f"{clean(row.name)}: {clean(row.error)}")


def print_run(run: RunDetail) -> None:
    """A run: the score, then what was not right."""
    print(f"{clean(run.model)} on {clean(run.set_name)}: {_share(run.score, run.low, run.high)} (95 % interval), "
          f"{run.items - run.failed} of {run.items} questions scored in {run.seconds:.1f} s")  # fmt: skip
    if run.corrected is not None:
        print(f"Corrected for what {clean(run.judge or '')} gets wrong: "
              f"{_share(run.corrected, run.corrected_low, run.corrected_high)}")  # fmt: skip
    elif run.judge is not None:
        print(f"{clean(run.judge)} graded; it is not calibrated: sereno eval calibrate SET --judge {clean(run.judge)}")
    print(f"Run {run.id}, questions {run.set_digest[:12]}…")
    wrong = [one for one in run.results if one.score is None or one.score < 1]
    if not wrong:
        return
    print()
    rows = [
        [one.item, one.kind, "–" if one.score is None else f"{one.score:.2f}",
         " ".join((one.error or one.answer).split())[:SHOWN_ANSWER]]
        for one in wrong
    ]  # fmt: skip
    print_table(("item", "kind", "score", "answer"), rows, right=("score",), style=_style)


def print_comparison(found: RunComparison) -> None:
    """Two runs and whether they differ."""
    difference = found.difference
    print(f"A  {clean(found.a.model)}: {difference.baseline:.1%}   {found.a.id}")
    print(f"B  {clean(found.b.model)}: {difference.candidate:.1%}   {found.b.id}")
    surely = "a difference that chance explains badly" if difference.p_value < SURE else "not more than chance explains"
    test = "McNemar" if difference.test == "mcnemar" else "sign test"
    reach = f"{difference.difference:+.1%} ({difference.low:+.1%} to {difference.high:+.1%})"
    print(f"B − A over {difference.n} questions: {reach}, p = {difference.p_value:.3g} ({test}): {surely}.")
    for name, items in (("Only B right", found.gained), ("Only A right", found.lost)):
        if items:
            print(f"{name}: {', '.join(map(clean, items[:20]))}{' …' if len(items) > 20 else ''}")


def print_pairs(found: PairsMessage) -> None:
    """Which answers a judge prefers, and how sure that is."""
    print(f"{clean(found.judge)} compared {len(found.items)} pairs of answers, each in both orders:")
    print(f"A  {clean(found.a.model)}: better {found.a_better} times   {found.a.id}")
    print(f"B  {clean(found.b.model)}: better {found.b_better} times   {found.b.id}")
    turned = f", {found.by_place} of them because it preferred a place" if found.by_place else ""
    print(f"Ties: {found.ties}{turned}")
    if found.difference is not None:
        one = found.difference
        surely = "a difference that chance explains badly" if one.p_value < SURE else "not more than chance explains"
        print(f"B − A: {one.difference:+.1%} ({one.low:+.1%} to {one.high:+.1%}), p = {one.p_value:.3g} (sign test): "
              f"{surely}.")  # fmt: skip
    for item, why in list(found.unread.items())[:MOST_UNREAD]:
        print(f"Not judged: {clean(item)}: {clean(why)}")
    if len(found.unread) > MOST_UNREAD:
        print(f"… {len(found.unread)} in all")


def print_judge(found: JudgeMessage) -> None:
    """How a judge did."""
    print(f"{clean(found.judge)} on {found.good} good and {found.bad} bad answers of {clean(found.set_name)}:")
    print(f"  recognises {_percent(found.sensitivity)} of the good, {_percent(found.specificity)} of the bad; "
          f"κ = {'–' if found.kappa is None else f'{found.kappa:.2f}'}")  # fmt: skip
    if found.unread:
        print(f"  {found.unread} replies held no grade")


def _moment(text: str | None) -> str:
    return "–" if text is None else text[:16].replace("T", " ")


def _share(value: float | None, low: float | None, high: float | None) -> str:
    if value is None or low is None or high is None:
        return "–"
    return f"{value:.1%} ({low:.0%}–{high:.0%})"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _style(row: Sequence[str]) -> str:
    return "yellow" if row[2] == "–" else "red" if row[2] == "0.00" else ""
