"""`sereno eval`: questions put to models, their answers scored, two runs compared, judges calibrated."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import time
from typing import Annotated

import msgspec
import typer

from sereno.assembly.lora import registry
from sereno.assembly.pairs import compare_answers
from sereno.assembly.quality import calibrate_judge, load_eval_set, run_evaluation
from sereno.cli.eval_text import print_comparison, print_judge, print_pairs, print_plans, print_run, print_runs
from sereno.cli.options import settings
from sereno.cli.web_address import web_address
from sereno.config import Loaded
from sereno.quality.errors import QualityError
from sereno.quality.pairs import CRITERIA
from sereno.query.evaluations import comparison, judge_message, run_detail, run_message
from sereno.query.plans import plan_messages
from sereno.query.problems import Problem
from sereno.store.ledger import quality_evals

app = typer.Typer(help="Questions put to models, and how they did.", no_args_is_help=True, add_completion=False)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Set = Annotated[str, typer.Argument(metavar="SET", help="YAML or JSON Lines; or basics-en, basics-es.")]
Url = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Server of the model; by default where explain.url says.", callback=web_address),
]
RunId = Annotated[str, typer.Argument(metavar="RUN", help="Id of a run, or its beginning.")]


@app.command("run")
@settings("data")
def run_(
    loaded: Loaded,
    questions: Set,
    *,
    model: Annotated[str, typer.Option("--model", metavar="NAME", help="Who is asked.")],
    url: Url = None,
    judge: Annotated[str | None, typer.Option(metavar="NAME", help="Model that grades what no rule can.")] = None,
    judge_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Its server, if another.", callback=web_address)
    ] = None,
    max_tokens: Annotated[int, typer.Option(min=1, max=100_000, help="Longest answer.")] = 512,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="Questions in flight.")] = 1,
    fail_under: Annotated[float | None, typer.Option(min=0, max=1, help="Exit code 1 if the score is lower.")] = None,
    as_json: Json = False,
) -> None:
    """Ask a model the questions of a set, score the answers, keep them.

    The questions are frozen by a hash: runs on other questions cannot be compared with this one.
    """
    items = load_eval_set(questions)
    with registry(loaded.settings, make=True) as (ledger, _):
        done = asyncio.run(
            run_evaluation(
                loaded.settings, ledger, items, model, url=url, judge=judge, judge_url=judge_url,
                max_tokens=max_tokens, at_once=at_once, tell=_telling(len(items.items)),
            )
        )  # fmt: skip
        with ledger.read() as connection:
            detail = run_detail(connection, done.id)
    if as_json:
        _json(detail)
    else:
        print_run(detail)
    if fail_under is not None and (done.score is None or done.score < fail_under):
        raise typer.Exit(1)


@app.command("list")
@settings("data")
def list_(
    loaded: Loaded,
    *,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="Of this model.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Runs at most.")] = 20,
    as_json: Json = False,
) -> None:
    """List runs, the newest first."""
    with registry(loaded.settings, read_only=True) as (ledger, _), ledger.read() as connection:
        rows = [run_message(one) for one in quality_evals.runs(connection, model=model, limit=limit)]
    if as_json:
        _json(rows)
    elif rows or not sys.stdout.isatty():
        print_runs(rows)
    else:
        print("No evaluation yet. sereno eval run basics-en --model NAME makes one.")


@app.command()
@settings("data")
def plans(loaded: Loaded, *, as_json: Json = False) -> None:
    """List the evaluations that the keeper runs by itself: when next, and how the last one went."""
    with registry(loaded.settings, read_only=True) as (ledger, _), ledger.read() as connection:
        rows = plan_messages(connection, time())
    if as_json:
        _json(rows)
    elif rows or not sys.stdout.isatty():
        print_plans(rows)
    else:
        print("Nothing is planned. docs/quality.md shows the section [evaluations.NAME] of the settings.")


@app.command()
@settings("data")
def show(loaded: Loaded, run: RunId, *, as_json: Json = False) -> None:
    """Show a run: every question, its score, what was answered where it was wrong."""
    with registry(loaded.settings, read_only=True) as (ledger, _), ledger.read() as connection, _asking():
        detail = run_detail(connection, run)
    if as_json:
        _json(detail)
    else:
        print_run(detail)


@app.command()
@settings("data")
def compare(
    loaded: Loaded,
    before: Annotated[str, typer.Argument(metavar="A", help="Id of a run.")],
    after: Annotated[str, typer.Argument(metavar="B", help="Id of another on the same questions.")],
    *,
    as_json: Json = False,
) -> None:
    """Compare two runs on the same questions: difference, interval, McNemar's test."""
    with registry(loaded.settings, read_only=True) as (ledger, _), ledger.read() as connection, _asking():
        found = comparison(connection, before, after)
    if as_json:
        _json(found)
    else:
        print_comparison(found)


@app.command()
@settings("data")
def pairs(
    loaded: Loaded,
    questions: Set,
    before: Annotated[str, typer.Argument(metavar="A", help="A run, or a model: its last run on these questions.")],
    after: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    *,
    judge: Annotated[str, typer.Option("--judge", metavar="NAME", help="Model that says which answer is better.")],
    url: Url = None,
    criteria: Annotated[str, typer.Option(metavar="TEXT", help="By what, where a question does not say.")] = CRITERIA,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="Pairs in flight.")] = 1,
    as_json: Json = False,
) -> None:
    """Let a judge compare the answers of two runs, each pair in both orders.

    A preference that turns with the order is a tie. The JSON opens the gate of a promotion, as two runs do:
    sereno lora promote VERSION --eval FILE.
    """
    items = load_eval_set(questions)
    with registry(loaded.settings, read_only=True) as (ledger, _):
        found = asyncio.run(
            compare_answers(
                loaded.settings, ledger, items, before, after, judge, url=url, criteria=criteria, at_once=at_once,
                tell=_telling(len(items.items)),
            )
        )  # fmt: skip
    if as_json:
        _json(found)
    else:
        print_pairs(found)


@app.command("calibrate")
@settings("data")
def calibrate_(
    loaded: Loaded,
    questions: Set,
    *,
    judge: Annotated[str, typer.Option("--judge", metavar="NAME", help="Model that grades.")],
    url: Url = None,
    as_json: Json = False,
) -> None:
    """Let a judge grade answers that people labelled: how often it is right, and what its later word is worth."""
    items = load_eval_set(questions)
    labelled = sum(item.label is not None for item in items.items)
    with registry(loaded.settings, make=True) as (ledger, _):
        found = asyncio.run(calibrate_judge(loaded.settings, ledger, items, judge, url=url, tell=_telling(labelled)))
    if as_json:
        _json(judge_message(found))
    else:
        print_judge(judge_message(found))


@contextmanager
def _asking() -> Iterator[None]:
    """What the query room refuses becomes a sentence."""
    try:
        yield
    except Problem as problem:
        raise QualityError(str(problem)) from None


def _telling(total: int) -> Callable[[int], None]:
    def tell(done: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if done == total else ""
            print(f"\r{done} of {total}", end=end, file=sys.stderr, flush=True)

    return tell


def _json(value: object) -> None:
    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
