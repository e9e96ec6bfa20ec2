"""`sereno categories`: what prompts are about: the list in force, why a text is what it is, stored calls anew."""

from __future__ import annotations

import json
import sys
import time
from typing import Annotated, Any

import msgspec
import typer

from sereno.assembly.recategorise import Recategorised, recategorise
from sereno.categories.categorise import Categoriser
from sereno.categories.hints import HINTS
from sereno.cli.options import settings
from sereno.cli.progress import progress
from sereno.cli.stored_anew import DryRun, Since, Until, between, changed_of, stay_local, stored
from sereno.cli.tables import print_table
from sereno.config import Loaded
from sereno.config.categories import categories_of, categoriser_of
from sereno.errors import ConfigError
from sereno.store.base import CallQuery

app = typer.Typer(help="What prompts are about: list, explain, apply anew.", no_args_is_help=True, add_completion=False)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
@settings("data")
def list_categories(loaded: Loaded, *, as_json: Json = False) -> None:
    """List the categories in force, in the order in which equals are decided."""
    categoriser = _categoriser(loaded)
    categories = {category.name: category for category in categories_of(loaded.settings)}
    rows = [categories[name] for name in categoriser.names if name in categories]
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(rows), indent=2) + b"\n")
        return
    own = {category.name for category in loaded.settings.categories}
    print_table(
        ("name", "English", "Spanish", "words", "patterns", "set"),
        [
            (
                category.name, category.title("en"), category.title("es"), str(len(category.words)),
                str(len(category.patterns)), "yes" if category.name in own else "",
            )
            for category in rows
        ],
        right={"words", "patterns"},
        flexible="English",
    )  # fmt: skip


@app.command("explain")
@settings("data")
def explain(
    loaded: Loaded,
    text: Annotated[str, typer.Argument(help="A prompt; - reads it from standard input.")],
    *,
    hint: Annotated[list[str] | None, typer.Option(metavar="HINT", help=f"{', '.join(HINTS)}; repeatable.")] = None,
    as_json: Json = False,
) -> None:
    """Say which category a prompt is, and what spoke for it."""
    for word in hint or ():
        if word not in HINTS:
            raise ConfigError(f"--hint {word} is no hint; expected {', '.join(HINTS)}")
    verdict = _categoriser(loaded).verdict(sys.stdin.read() if text == "-" else text, hint or ())
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(verdict), indent=2) + b"\n")
        return
    print(verdict.category)
    if verdict.evidence:
        rows = [(one.rule, one.text, str(one.weight)) for one in verdict.evidence]
        print_table(("rule", "found", "counts"), rows, right={"counts"}, flexible="found")
    else:
        print("nothing in it speaks for any category", file=sys.stderr)
    if len(verdict.scores) > 1:
        others = ", ".join(f"{name} {score}" for name, score in verdict.scores)
        print(f"scores: {others}", file=sys.stderr)


@app.command("apply")
@settings("data")
def apply(
    loaded: Loaded,
    *,
    since: Since = None,
    until: Until = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Sort stored calls into the categories in force now, and say what changed.

    Lists, pages and sums then show the new category. It may be ended at any time and run again, and gateway and keeper
    may run meanwhile; a keeper sorts new calls by the settings it was started with, so restart it first.
    """
    stay_local(loaded, "categories")
    categoriser = _categoriser(loaded)
    start, end = between(since, until, time.time())
    query = CallQuery(internal=None, start=start, end=end)
    with stored(loaded, dry_run=dry_run) as store, progress("sorting", store.count(query)) as bar:
        done = recategorise(store, categoriser, query, dry_run=dry_run, reached=bar.reach)
    if as_json:
        print(json.dumps(_document(done, dry_run=dry_run), indent=2))
    else:
        _print(done, dry_run=dry_run)


def _categoriser(loaded: Loaded) -> Categoriser:
    categoriser = categoriser_of(loaded.settings)
    if categoriser is None:
        raise ConfigError("keeper.categories is off, so prompts get no category; set it to builtin or own")
    return categoriser


def _print(done: Recategorised, *, dry_run: bool) -> None:
    if done.moved:
        rows = [
            (before or "(none)", now or "(none)", f"{calls:,}") for (before, now), calls in done.moved.most_common()
        ]
        print_table(("before", "now", "calls"), rows, right={"calls"}, flexible="now")
    print(changed_of(done.looked_at, done.changed, dry_run=dry_run), file=sys.stderr)
    if done.kept:
        print(f"{done.kept:,} kept theirs: their prompt is not in the record", file=sys.stderr)


def _document(done: Recategorised, *, dry_run: bool) -> dict[str, Any]:
    moved = [{"before": before, "now": now, "calls": calls} for (before, now), calls in done.moved.most_common()]
    return {
        "dry_run": dry_run,
        "looked_at": done.looked_at,
        "changed": done.changed,
        "kept": done.kept,
        "moved": moved,
    }
