"""The table of query parameters: name, kind, limits, help. Parsing, OpenAPI and the documentation read it."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from sereno.calls import Operation, Status
from sereno.conventions import INTERVALS
from sereno.query.times import TIME_EXPECTED
from sereno.store.base import Dimension, SessionSort, Sort, UserSort

Kind = Literal["text", "name", "time", "integer", "seconds", "choice", "cursor", "timezone"]

LIMIT_DEFAULT = 100
LIMIT_MAX = 1000
OFFSET_MAX = 1_000_000
TOKENS_MAX = 1_000_000_000
SECONDS_MAX = 31_536_000.0


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One query parameter.

    Attributes:
        name: as it stands in the address.
        kind: how it is read.
        help: what it does, one sentence.
        into: field of `CallQuery` that it sets, "" for those that mean something else.
        choices: what a `choice` accepts.
        minimum, maximum: bounds of numbers, both inclusive; of text, its length in characters.
        default: what counts when it is left out, None when nothing does.
        many: how often it may be given; where that is more than once, its value is a tuple.
        example: a value that is right.
    """

    name: str
    kind: Kind
    help: str
    into: str = ""
    choices: tuple[str, ...] = ()
    minimum: float = 0
    maximum: float = 0
    default: str | int | None = None
    many: int = 1
    example: str = ""

    @property
    def expected(self) -> str:
        """What it accepts, in a few words."""
        match self.kind:
            case "text":
                return f"text of at most {self.maximum:.0f} characters, without control characters"
            case "name":
                return f"a name of at most {self.maximum:.0f} characters, exactly as it is"
            case "time":
                return TIME_EXPECTED
            case "integer":
                return f"a whole number from {self.minimum:.0f} to {self.maximum:.0f}"
            case "seconds":
                return f"seconds from {self.minimum:.0f} to {self.maximum:.0f}, such as 0.5"
            case "choice":
                return "one of " + ", ".join(self.choices)
            case "cursor":
                return "the `cursor` in the Link header of the previous page, unchanged"
            case "timezone":
                return "the name of a time zone, such as UTC or Europe/Madrid"


def _text(name: str, into: str, text: str, example: str, longest: int = 256) -> Field:
    return Field(name=name, kind="text", into=into, help=text, maximum=longest, example=example)


def _name(name: str, text: str, example: str) -> Field:
    """What clients call somebody or something: any characters, so that whatever is stored can be asked for."""
    return Field(name=name, kind="name", into=name, help=text, maximum=256, example=example)


def _tokens(name: str, text: str) -> Field:
    return Field(name=name, kind="integer", into=name, help=text, maximum=TOKENS_MAX, example="100")


def _seconds(name: str, text: str) -> Field:
    return Field(name=name, kind="seconds", into=name, help=text, maximum=SECONDS_MAX, example="1.5")


FILTERS: tuple[Field, ...] = (
    _text("search", "search", "All of these words are in the prompt or the answer.", "merge sort", 1000),
    _name("model", "Calls of this model; for Ollama `:latest` may be left out.", "llama3.2"),
    _name("user", "Calls of this user.", "ada"),
    _name("session", "Calls of this conversation.", "chat-17"),
    Field(name="status", kind="choice", into="status", help="How the call ended.", choices=get_args(Status),
          example="error"),
    Field(name="operation", kind="choice", into="operation", help="What was asked for.",
          choices=get_args(Operation), example="chat"),
    _text("category", "category", "Calls of this category.", "code"),
    _text("key", "key", "Calls made with the Sereno key of this id.", "0a1b2c3d"),
    _text("client", "client", "Calls from this address.", "127.0.0.1"),
    _text("error_type", "error_type", "Calls that failed in this way.", "truncated_stream"),
    Field(name="start_time", kind="time", into="start", help="From this time on.", example="24h"),
    Field(name="end_time", kind="time", into="end", help="Before this time.", example="now"),
    _tokens("min_input_tokens", "At least this many tokens in the prompt."),
    _tokens("max_input_tokens", "At most this many tokens in the prompt."),
    _tokens("min_output_tokens", "At least this many tokens in the answer."),
    _tokens("max_output_tokens", "At most this many tokens in the answer."),
    _seconds("min_latency", "Took at least this long, in seconds."),
    _seconds("max_latency", "Took at most this long, in seconds."),
)  # fmt: skip
"""What narrows every list, aggregate and export."""

LIMIT = Field(name="limit", kind="integer", into="limit", help="Entries on a page.", minimum=1, maximum=LIMIT_MAX,
              default=LIMIT_DEFAULT, example="50")  # fmt: skip
OFFSET = Field(name="offset", kind="integer", into="offset", help="Entries to skip; `cursor` is faster and exact.",
               maximum=OFFSET_MAX, default=0, example="100")  # fmt: skip
CURSOR = Field(name="cursor", kind="cursor", help="Go on where the previous page ended.")
SORT = Field(name="sort", kind="choice", into="sort", choices=get_args(Sort), default="started", example="latency",
             help="What the list is ordered by; calls whose figure is unknown come last.")  # fmt: skip
ORDER = Field(name="order", kind="choice", help="Newest or largest first (`newest`, `desc`), or the other way round.",
              choices=("newest", "oldest", "desc", "asc"), default="newest", example="oldest")  # fmt: skip
SESSION_SORT = Field(name="sort", kind="choice", choices=get_args(SessionSort), default="last", example="cost",
                     help="What comes first: the latest, or the most calls, tokens or cost.")  # fmt: skip
USER_SORT = Field(name="sort", kind="choice", choices=get_args(UserSort), default="calls", example="cost",
                  help="What comes first: the most calls, errors, tokens, cost or conversations, or the latest."
                  )  # fmt: skip
INTERVAL = Field(name="interval", kind="choice", choices=tuple(INTERVALS), example="1h",
                 help="Length of the intervals; left out, 1h, or longer if these were over 2000.")  # fmt: skip
BY = Field(name="by", kind="choice", choices=get_args(Dimension), default="model", example="user",
           help="What the calls are grouped by.")  # fmt: skip
GROUPS = Field(name="limit", kind="integer", help="Groups at most, those with most calls.", minimum=1, maximum=100,
               default=10, example="20")  # fmt: skip
GROUP_INTERVAL = Field(name="interval", kind="choice", choices=tuple(INTERVALS), example="1h",
                       help="Length of the intervals of `messages_by_time`; left out, there are none.")  # fmt: skip
TIMEZONE = Field(name="tz", kind="timezone", help="Time zone in which days begin.", default="UTC",
                 example="Europe/Madrid")  # fmt: skip
FORMAT = Field(name="format", kind="choice", help="Format of the file.", choices=("json", "jsonl", "csv", "parquet"),
               default="json", example="csv")  # fmt: skip
AFTER = Field(name="after", kind="integer", help="Begin after this ingest sequence (the `id` of an event); left out, "
              "only new calls are sent. The header Last-Event-ID comes first.", minimum=-1, maximum=2**62,
              example="41")  # fmt: skip
LANGUAGE = Field(name="lang", kind="choice", help="Language of the page.", choices=("en", "es"), example="es")

PAGING = (LIMIT, OFFSET, CURSOR, SORT, ORDER)
"""What pages a list of calls."""
ROWS = (LIMIT, OFFSET)
"""What pages a list of other things."""
