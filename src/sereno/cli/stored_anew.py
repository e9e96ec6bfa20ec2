"""Commands that change stored calls anew: which calls, by which options, in the data folder alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from sereno.assembly.store import open_store
from sereno.config import Loaded
from sereno.errors import ConfigError, QueryError
from sereno.query.times import TIME_EXPECTED, parse_time
from sereno.store.base import Store

_TIME = "For instance 7d, or 2026-11-01."
Since = Annotated[str | None, typer.Option("--from", metavar="TIME", help=f"Calls from this time on. {_TIME}")]
Until = Annotated[str | None, typer.Option(metavar="TIME", help=f"Calls before this time. {_TIME}")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")]


def stay_local(loaded: Loaded, what: str) -> None:
    """Refuse where commands ask a keeper on another machine.

    Args:
        loaded: the settings.
        what: is changed, such as `prices`.

    Raises:
        ConfigError: `client.url` is set.
    """
    if loaded.settings.client.url:
        raise ConfigError(
            f"client.url is {loaded.settings.client.url}, and {what} are changed in the data folder alone: run this on"
            " the keeper's machine with --set client.url=off"
        )


def between(since: str | None, until: str | None, now: float) -> tuple[float | None, float | None]:
    """The times of `--from` and `--until`, epoch seconds.

    Raises:
        QueryError: one of them is no time.
    """
    return (
        None if since is None else moment("--from", since, now),
        None if until is None else moment("--until", until, now),
    )


def moment(option: str, text: str, now: float) -> float:
    """The time of an option, epoch seconds.

    Raises:
        QueryError: it is none.
    """
    try:
        return parse_time(text, now)
    except ValueError:
        raise QueryError(option, f"{option} is {text!r}", TIME_EXPECTED) from None


@contextmanager
def stored(loaded: Loaded, *, dry_run: bool) -> Iterator[Store]:
    """The store that is there, to write into unless it is a dry run; none is made.

    Raises:
        StoreError: there is no record, or it cannot be opened.
    """
    store = open_store(loaded.settings, read_only=True)  # tells that there is no record instead of making one
    if not dry_run:
        store.close()
        store = open_store(loaded.settings)
    try:
        yield store
    finally:
        store.close()


def changed_of(looked_at: int, changed: int, *, dry_run: bool) -> str:
    """What was done, one line.

    >>> changed_of(1200, 3, dry_run=True)
    '1,200 calls looked at, 3 would change'
    """
    return f"{looked_at:,} calls looked at, {changed:,} {'would change' if dry_run else 'changed'}"
