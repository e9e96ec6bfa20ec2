"""`sereno prices`: what each model costs, and from where that is known."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import typer

from sereno.assembly.price_list import Listed, named, recorded, strangers
from sereno.assembly.prices import prices_of
from sereno.assembly.store import open_store
from sereno.cli.options import settings
from sereno.cli.tables import clean, print_table
from sereno.config import Loaded
from sereno.errors import StoreError
from sereno.pricing.catalogue import catalogue
from sereno.pricing.prices import Prices

app = typer.Typer(help="What models cost, and how that is known.", add_completion=False)


@app.command("prices")
@settings("data", "upstreams.NAME.url")
def prices(
    loaded: Loaded,
    model: Annotated[str | None, typer.Argument(help="A model; left out, every model that has calls.")] = None,
    *,
    providers: Annotated[bool, typer.Option("--providers", help="Only list whose price lists are known.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the price in force for each model, and its source.

    A model without a price is unknown, never free. docs/prices.md tells how prices are found and set.
    """
    if providers:
        print("\n".join(("local", *catalogue().providers())))
        return
    in_force = prices_of(loaded.settings)
    now = time.time()
    found = named(loaded.settings, model, in_force, now) if model is not None else _recorded(loaded, in_force, now)
    if as_json:
        import msgspec

        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
        return
    print_table(
        ("model", "server", "price (USD)", "source"),
        [(row.model, row.server, row.price or "unknown", row.source or "–") for row in found],
        flexible="price (USD)",
        drop=("server", "source"),
        dim=lambda row: row[2] == "unknown",
    )
    _advise(loaded, found)


def _recorded(loaded: Loaded, in_force: Prices, now: float) -> list[Listed]:
    try:
        store = open_store(loaded.settings, read_only=True)
    except StoreError as error:
        print(f"sereno: {error}", file=sys.stderr)
        return []
    try:
        return recorded(store, in_force, now)
    finally:
        store.close()


def _advise(loaded: Loaded, found: list[Listed]) -> None:
    for table, server in strangers(loaded.settings):
        print(f"prices.{table}.upstreams names {server}, and no model server is called so.", file=sys.stderr)
    unknown = next((row.model for row in found if row.price is None), None)
    if unknown is None or not sys.stderr.isatty():
        return
    name = clean(unknown).replace("\\", "\\\\").replace('"', '\\"')
    print(
        "\nTo set a price (USD; 0 is free), in sereno.toml:\n\n"
        f'[prices.mine]\nmodels = ["{name}"]\n'
        "input = 0.10     # a million tokens; or by time: per_hour = 0.80\n"
        "output = 0.40\n\n"
        "A model server in the cloud whose address tells nothing: upstreams.NAME.provider. Then restart the keeper,\n"
        "and `sereno reprice` for the calls that are stored.",
        file=sys.stderr,
    )
