"""`sereno reprice`: stored calls by the prices in force now."""

from __future__ import annotations

import json
import sys
import time
from typing import Annotated, Any

import typer

from sereno.assembly.prices import prices_of
from sereno.assembly.reprice import Repriced, reprice
from sereno.assembly.store import open_store
from sereno.cli.options import settings
from sereno.cli.price_text import usd
from sereno.cli.progress import progress
from sereno.cli.tables import print_table
from sereno.config import Loaded
from sereno.errors import ConfigError, QueryError
from sereno.query.models import resolve_model
from sereno.query.times import TIME_EXPECTED, parse_time
from sereno.store.base import CallQuery, Store

app = typer.Typer(help="Price stored calls anew.", add_completion=False)
_TIME = "For instance 7d, or 2026-11-01."


@app.command("reprice")
@settings("data")
def reprice_calls(
    loaded: Loaded,
    *,
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help=f"Calls from this time on. {_TIME}")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help=f"Calls before this time. {_TIME}")] = None,
    model: Annotated[str | None, typer.Option(metavar="TEXT", help="Calls of this model.")] = None,
    only_unknown: Annotated[bool, typer.Option("--only-unknown", help="Only calls without a price.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Price stored calls by the settings in force now, and say what changed.

    Lists, pages and sums then show the new cost; the counters on /metrics keep what was counted when it happened.
    It may be ended at any time and run again. Gateway and keeper may run meanwhile; a keeper prices new calls by the
    settings it was started with, so restart it first.
    """
    if loaded.settings.client.url:
        raise ConfigError(
            f"client.url is {loaded.settings.client.url}, and prices are changed in the data folder alone: run this on"
            " the keeper's machine with --set client.url=off"
        )
    prices = prices_of(loaded.settings)
    now = time.time()
    start, end = _time("--from", since, now), _time("--until", until, now)
    store = open_store(loaded.settings, read_only=True)  # tells that there is no record instead of making one
    try:
        query = CallQuery(internal=None, start=start, end=end, model=_model(store, model))
        total = store.count(query)
        if not dry_run:
            store.close()
            store = open_store(loaded.settings)
        with progress("repricing", total) as bar:
            done = reprice(store, prices, query, only_unknown=only_unknown, dry_run=dry_run, reached=bar.reach)
    finally:
        store.close()
    if as_json:
        print(json.dumps(_document(done, dry_run=dry_run), indent=2))
    else:
        _print(done, dry_run=dry_run)


def _time(option: str, text: str | None, now: float) -> float | None:
    try:
        return None if text is None else parse_time(text, now)
    except ValueError:
        raise QueryError(option, f"{option} is {text!r}", TIME_EXPECTED) from None


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
    verb = "would change" if dry_run else "changed"
    print(f"{done.looked_at:,} calls looked at, {done.changed:,} {verb}", file=sys.stderr)
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
