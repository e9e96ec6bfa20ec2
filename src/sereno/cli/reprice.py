"""`sereno reprice`: stored calls by the prices in force now."""

from __future__ import annotations

import json
import sys
import time
from typing import Annotated, Any

import typer

from sereno.assembly.prices import prices_of
from sereno.assembly.reprice import Repriced, reprice
from sereno.cli.options import settings
from sereno.cli.price_text import usd
from sereno.cli.progress import progress
from sereno.cli.stored_anew import DryRun, Since, Until, between, changed_of, stay_local, stored
from sereno.cli.tables import print_table
from sereno.config import Loaded
from sereno.query.models import resolve_model
from sereno.store.base import CallQuery, Store

app = typer.Typer(help="Price stored calls anew.", add_completion=False)


@app.command("reprice")
@settings("data")
def reprice_calls(
    loaded: Loaded,
    *,
    since: Since = None,
    until: Until = None,
    model: Annotated[str | None, typer.Option(metavar="TEXT", help="Calls of this model.")] = None,
    only_unknown: Annotated[bool, typer.Option("--only-unknown", help="Only calls without a price.")] = False,
    dry_run: DryRun = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Price stored calls by the settings in force now, and say what changed.

    Lists, pages and sums then show the new cost; the counters on /metrics keep what was counted when it happened.
    It may be ended at any time and run again. Gateway and keeper may run meanwhile; a keeper prices new calls by the
    settings it was started with, so restart it first.
    """
    stay_local(loaded, "prices")
    prices = prices_of(loaded.settings)
    start, end = between(since, until, time.time())
    with stored(loaded, dry_run=dry_run) as store:
        query = CallQuery(internal=None, start=start, end=end, model=_model(store, model))
        with progress("repricing", store.count(query)) as bar:
            done = reprice(store, prices, query, only_unknown=only_unknown, dry_run=dry_run, reached=bar.reach)
    if as_json:
        print(json.dumps(_document(done, dry_run=dry_run), indent=2))
    else:
        _print(done, dry_run=dry_run)


def _model(store: Store, asked: str | None) -> str | None:
    return None if asked is None else resolve_model(asked, store.models())


def _print(done: Repriced, *, dry_run: bool) -> None:
    rows = [
        (
            name or "(none named)", f"{of.calls:,}", f"{of.unknown_before:,}", f"{of.unknown_after:,}",
            usd(of.before), usd(of.after),
        )
        for name, of in sorted(done.models.items(), key=lambda item: (-item[1].calls, item[0] or ""))
    ]  # fmt: skip
    if rows:
        print_table(
            ("model", "changed", "unknown before", "now", "USD before", "USD now"),
            rows,
            right={"changed", "unknown before", "now", "USD before", "USD now"},
            flexible="model",
        )
    print(changed_of(done.looked_at, done.changed, dry_run=dry_run), file=sys.stderr)
    if done.kept:
        print(
            f"{done.kept:,} kept their price: their model server is not configured any more (a [prices.NAME] table"
            " would price them)",
            file=sys.stderr,
        )


def _document(done: Repriced, *, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "looked_at": done.looked_at,
        "changed": done.changed,
        "kept": done.kept,
        "models": [
            {
                "model": name,
                "changed": of.calls,
                "unknown_before": of.unknown_before,
                "unknown_now": of.unknown_after,
                "usd_before": of.before,
                "usd_now": of.after,
            }
            for name, of in done.models.items()
        ],
    }
