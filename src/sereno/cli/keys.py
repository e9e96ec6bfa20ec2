"""`sereno keys`: issue, list and revoke the keys that people and programs show to Sereno."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, cast

import msgspec
import typer

from sereno.cli.options import settings
from sereno.cli.tables import print_table
from sereno.config import Loaded
from sereno.config.nearest import suggestion
from sereno.config.sections.price import MOST_USD
from sereno.errors import ConfigError, SerenoError
from sereno.journal.instance import prepare_data
from sereno.keeper.policy import publish_keys
from sereno.store.keyfile import change_keys, read_keys
from sereno.trust.keys import SCOPES, Key, Scope, issue

app = typer.Typer(help="Issue, list and revoke Sereno keys.", no_args_is_help=True, add_completion=False)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("add")
@settings("data")
def add(
    loaded: Loaded,
    name: Annotated[str, typer.Argument(help="What people call it, for instance laptop-anna.")],
    *,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SCOPE", help="use (models), read (the record), alerts, admin; repeatable.", show_default="use"
        ),
    ] = None,
    assert_user: Annotated[
        bool, typer.Option("--assert-user", help="Believe user and session headers sent with it (for Open WebUI).")
    ] = False,
    requests_per_minute: Annotated[int | None, typer.Option(metavar="N", min=1, help="Limit at the gateway.")] = None,
    budget_usd_per_month: Annotated[
        float | None, typer.Option(metavar="USD", min=0.0, help="What its calls may cost in a month.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Issue a key. Its secret is printed once, alone on stdout, and stored nowhere."""
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise ConfigError("a key needs a name of 1 to 100 printable characters")
    key, secret = issue(
        name.strip(),
        _scopes(scope or ["use"]),
        random=os.urandom(28),
        now=time.time(),
        assert_user=assert_user,
        requests_per_minute=requests_per_minute,
        budget_usd_per_month=budget_usd_per_month,
    )
    prepare_data(loaded.settings.data)

    def append(keys: Sequence[Key]) -> Sequence[Key]:
        if any(other.name == key.name for other in keys):
            raise ConfigError(f"there is a key called {key.name} already; revoke it first or choose another name")
        return [*keys, key]

    change_keys(loaded.settings.data, append)
    publish_keys(loaded.settings.data)
    if as_json:
        print(json.dumps({**_document(key), "secret": secret}))
        return
    print(secret)
    print(
        f"Key {key.id} ({key.name}, {', '.join(key.scopes)}) is issued; this is the only time its secret is shown.\n"
        f"Send it as `X-Sereno-Key: …` or `Authorization: Bearer …`.",
        file=sys.stderr,
    )


@app.command("list")
@settings("data")
def list_keys(loaded: Loaded, *, as_json: Json = False) -> None:
    """List the keys issued, without their secrets; of those with a budget, what they have spent this month."""
    keys = read_keys(loaded.settings.data)
    sums = _spent(loaded) if any(key.budget_usd_per_month is not None for key in keys) else {}
    if as_json:
        print(json.dumps([{**_document(key), "spent_usd_this_month": _sum(key, sums)} for key in keys], indent=2))
        return
    if not keys and sys.stdout.isatty():
        print("No keys. Everyone on this machine may use models and read the record; nobody else may.")
        return
    rows = [
        (
            key.id,
            key.name,
            ", ".join(key.scopes),
            "believed" if key.assert_user else "",
            str(key.requests_per_minute or ""),
            _budget(key, _sum(key, sums)),
            f"{datetime.fromtimestamp(key.created_at, UTC):%Y-%m-%d}",
        )
        for key in keys
    ]
    print_table(("id", "name", "scopes", "user headers", "per minute", "budget USD", "since"), rows, flexible="name")


@app.command("budget")
@settings("data")
def budget(
    loaded: Loaded,
    key: Annotated[str, typer.Argument(help="Id or name, as `sereno keys list` prints them.")],
    usd: Annotated[str, typer.Argument(metavar="USD", help="What its calls may cost in a month; `off` for any.")],
) -> None:
    """Set or remove the budget of a key; gateways follow within some seconds."""
    amount = _amount(usd)

    def changed(keys: Sequence[Key]) -> Sequence[Key]:
        _known(key, keys)
        return [
            msgspec.structs.replace(one, budget_usd_per_month=amount) if key in {one.id, one.name} else one
            for one in keys
        ]

    changed(read_keys(loaded.settings.data))  # where there is no data folder yet, this says what is wrong
    change_keys(loaded.settings.data, changed)
    publish_keys(loaded.settings.data)
    print(f"key {key} may spend {'any amount' if amount is None else f'{amount:g} USD'} a month", file=sys.stderr)


@app.command("revoke")
@settings("data")
def revoke(
    loaded: Loaded,
    key: Annotated[str, typer.Argument(help="Id or name, as `sereno keys list` prints them.")],
) -> None:
    """Revoke a key; gateways refuse it within two seconds."""

    def without(keys: Sequence[Key]) -> Sequence[Key]:
        _known(key, keys)
        return [other for other in keys if key not in {other.id, other.name}]

    without(read_keys(loaded.settings.data))  # where there is no data folder yet, this says what is wrong
    change_keys(loaded.settings.data, without)
    publish_keys(loaded.settings.data)
    print(f"key {key} is revoked", file=sys.stderr)


def _known(name: str, keys: Sequence[Key]) -> None:
    words = [word for key in keys for word in (key.id, key.name)]
    if name not in words:
        raise ConfigError(f"there is no key {name}{suggestion(name, words) or '; see sereno keys list'}")


def _amount(text: str) -> float | None:
    if text == "off":
        return None
    try:
        amount = float(text)
    except ValueError:
        amount = -1.0
    if not 0 <= amount <= MOST_USD:
        raise ConfigError(f"{text} is no budget; expected US dollars from 0 to {MOST_USD:g}, or off")
    return amount


def _spent(loaded: Loaded) -> dict[str, float] | None:
    """What keys have spent, None where there is no store to ask."""
    from sereno.assembly.store import open_store
    from sereno.keeper.budgets import spent

    try:
        store = open_store(loaded.settings, read_only=True)
        try:
            return spent(store, time.time())
        finally:
            store.close()
    except SerenoError:
        return None


def _sum(key: Key, sums: dict[str, float] | None) -> float | None:
    if sums is None or key.budget_usd_per_month is None:
        return None
    return round(sums.get(key.id, 0.0), 6)


def _budget(key: Key, sum_: float | None) -> str:
    if key.budget_usd_per_month is None:
        return ""
    return f"{'?' if sum_ is None else f'{sum_:.2f}'} of {key.budget_usd_per_month:g}"


def _scopes(words: Sequence[str]) -> list[Scope]:
    for word in words:
        if word not in SCOPES:
            raise ConfigError(f"{word} is no scope; expected {', '.join(SCOPES)}")
    return cast("list[Scope]", list(dict.fromkeys(words)))


def _document(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": list(key.scopes),
        "assert_user": key.assert_user,
        "requests_per_minute": key.requests_per_minute,
        "budget_usd_per_month": key.budget_usd_per_month,
        "created_at": datetime.fromtimestamp(key.created_at, UTC).isoformat(timespec="seconds"),
    }
