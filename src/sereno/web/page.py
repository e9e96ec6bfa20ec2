"""What a page is: an address, the parameters it takes, the data it shows, and how that looks.

The data of a page (its *content*) is one struct of figures and names, free of texts and colours. The page's JSON twin
is that struct, its CSV twin one table made of it, and the template draws it. So all three say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from sereno.query.fields import Field
from sereno.query.models import resolve_model
from sereno.query.parameters import Values
from sereno.query.view import KeeperView
from sereno.store.base import CallQuery
from sereno.web.charts import Chart
from sereno.web.shown import Language, Shown


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A reader's question, as a page's `gather` gets it; runs in the query pool.

    Attributes:
        view: the keeper.
        values: the parameters given, read and checked.
        query: the question for calls they make up, with the page's usual range of time where none was given.
        path: what the address's `{…}` parts were.
        now: epoch seconds.
        tz: time zone in which days begin, an IANA name.
        language: the reader's; what is told in words is content too.
    """

    view: KeeperView
    values: Values
    query: CallQuery
    path: Mapping[str, str]
    now: float
    tz: str
    language: Language = "en"

    def resolved(self) -> CallQuery:
        """The question with the model's canonical name, as people shorten it."""
        if self.query.model is None:
            return self.query
        return msgspec.structs.replace(self.query, model=resolve_model(self.query.model, self.view.store.models()))


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What `shape` needs to make words, charts and links of content.

    Attributes:
        t: the texts of the reader's language.
        shown: formats of the reader's language and zone.
        link: address of this page with some parameters changed (None removes one).
        to: address of another page that keeps the range of time, with these parameters.
        given: the parameters as they stand in the address.
        category: title of a category by its name, in the reader's language.
        base: address at which clients reach the gateway.
    """

    t: Mapping[str, str]
    shown: Shown
    link: Callable[..., str]
    to: Callable[..., str]
    category: Callable[[str], str] = str
    given: Mapping[str, str] = {}
    base: str = ""


class Table(msgspec.Struct, frozen=True):
    """The CSV twin: column names and rows of plain values."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the web UI.

    Attributes:
        name: bounded name, for metrics and the navigation.
        path: its address below `/sereno`, such as `/calls/{id}`; "" is the overview.
        template: file in `templates/`.
        section: entry of the navigation that it belongs to.
        fields: query parameters it takes, beside `lang` and `tz`.
        usual_start: range that counts where neither `start_time` nor `end_time` is given, such as `24h`; None: all.
        gather: asks the keeper; may block; raises `Problem` where there is nothing to show.
        shape: what the template needs beside the content.
        table: the CSV twin, None where a table makes no sense.
        rows_usual: `limit` where none is given.
        figures: what its explanation is of, where that is not the figures that `shape` makes.
        explainable: whether its figures can be explained.
    """

    name: str
    path: str
    template: str
    section: str
    fields: tuple[Field, ...]
    gather: Callable[[Ask], Any]
    shape: Callable[[Any, Look], Mapping[str, Any]] = lambda content, look: {}  # noqa: ARG005  # nothing more to say
    table: Callable[[Any], Table] | None = None
    usual_start: str | None = None
    rows_usual: int = 50
    figures: Callable[[Ask, Look], Sequence[Chart]] | None = None
    explainable: bool = True
