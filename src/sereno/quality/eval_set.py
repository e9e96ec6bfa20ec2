"""Evaluation sets: questions whose answers can be scored, read from YAML or JSON Lines, frozen by a hash.

YAML: `name`, `description`, `language` and `items`. JSON Lines: an item a line, named after its file. Each item has an
`id`, a `prompt`, perhaps a `system` text, and one expectation. Items for the calibration of a judge have an `answer`
and what people think of it, `label: good` or `label: bad`, beside a `judge` expectation.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Literal

import msgspec
import yaml

from sereno.quality.errors import QualityError
from sereno.quality.structure import validator

MOST_ITEMS = 20_000
MOST_BYTES = 32 * 1024 * 1024
_LONGEST = 100_000


class Number(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number in the answer: within `tolerance` (absolute) or `relative` of `value`, whichever is wider."""

    value: float
    tolerance: float = 0.0
    relative: float = 0.0


class Judged(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a model judges by: `criteria`, and a `reference` answer where there is one."""

    criteria: str
    reference: str = ""


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question and one expectation.

    Attributes:
        id: unique in the set.
        prompt: the user message. system: instructions before it.
        exact: the answer is this, or one of these; case, outer spaces and a final stop do not count.
        contains: the answer holds all of these words or phrases; case does not count.
        regex: matches somewhere in the answer (Rust's syntax: linear time, no look-around).
        json_schema: the answer is JSON that keeps to it; a fenced block is opened.
        number: the last number of the answer.
        judge: a model says how good it is.
        answer, label: for calibration: an answer, and what people think of it.
    """

    id: str
    prompt: str
    system: str = ""
    exact: str | list[str] | None = None
    contains: str | list[str] | None = None
    regex: str | None = None
    json_schema: dict[str, Any] | None = None
    number: Number | None = None
    judge: Judged | None = None
    answer: str | None = None
    label: Literal["good", "bad"] | None = None

    @property
    def kind(self) -> str:
        """Which expectation it has; "" for none."""
        return next((kind for kind in KINDS if getattr(self, kind) is not None), "")


KINDS = ("exact", "contains", "regex", "json_schema", "number", "judge")


class EvalSet(msgspec.Struct, frozen=True, kw_only=True):
    """A set.

    Attributes:
        digest: SHA-256 of the items as canonical JSON, hex; the same questions have the same digest, whatever the
            file's form.
    """

    name: str
    items: tuple[Item, ...]
    digest: str
    description: str = ""
    language: str = ""

    @property
    def judged(self) -> bool:
        """Whether a judge is needed."""
        return any(item.kind == "judge" for item in self.items)


def read_eval_set(name: str, raw: bytes) -> EvalSet:
    """A set from a file's bytes.

    Args:
        name: of the file; `.jsonl` is JSON Lines, all else YAML (and so JSON).
        raw: its bytes.

    Raises:
        QualityError: it is no set; names the item.
    """
    if len(raw) > MOST_BYTES:
        raise QualityError(f"{name} has more than {MOST_BYTES:,} bytes; no evaluation set needs that")
    stem = name.rpartition(".")[0] or name
    if name.lower().endswith(".jsonl"):
        head: dict[str, Any] = {"items": list(_lines(name, raw))}
    else:
        head = _document(name, raw)
    rows = head.get("items")
    if not isinstance(rows, list) or not rows:
        raise QualityError(f"{name} holds no items; expected a list of questions under `items`")
    if len(rows) > MOST_ITEMS:
        raise QualityError(f"{name} has {len(rows):,} items; at most {MOST_ITEMS:,} are taken")
    items = tuple(_item(f"{name}: item {number}", row) for number, row in enumerate(rows, 1))
    seen: set[str] = set()
    for item in items:
        if item.id in seen:
            raise QualityError(f"{name}: the id {item.id!r} stands twice; each item needs its own")
        seen.add(item.id)
    return EvalSet(
        name=str(head.get("name") or stem)[:100],
        items=items,
        digest=sha256(msgspec.json.encode(items, order="sorted")).hexdigest(),
        description=str(head.get("description") or "")[:500],
        language=str(head.get("language") or "")[:35],
    )


def _document(name: str, raw: bytes) -> dict[str, Any]:
    try:
        found = yaml.load(raw.decode("utf-8-sig"), Loader=_Loader)  # noqa: S506  a safe loader without aliases
    except UnicodeDecodeError:
        raise QualityError(f"{name} is not UTF-8 text; expected YAML or JSON Lines") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        told = " ".join(str(error).split())[:200]
        raise QualityError(f"{name} cannot be read as YAML: {told}") from None
    if not isinstance(found, dict):
        raise QualityError(f"{name} is no evaluation set; expected `name` and `items`")
    return found


def _lines(name: str, raw: bytes) -> Iterator[Any]:
    for number, line in enumerate(raw.splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise QualityError(f"{name}:{number} is no JSON: {error}") from None


def _item(where: str, row: object) -> Item:
    try:
        item = msgspec.convert(row, Item, strict=True)
    except (msgspec.ValidationError, RecursionError) as error:
        raise QualityError(f"{where}: {error}") from None
    given = [kind for kind in KINDS if getattr(item, kind) is not None]
    if len(given) != 1:
        told = f"has {' and '.join(given)}" if given else "has no expectation"
        raise QualityError(f"{where} ({item.id[:40]}) {told}; expected one of {', '.join(KINDS)}")
    if not item.id or len(item.id) > 200 or not item.prompt or len(item.prompt) > _LONGEST:
        raise QualityError(f"{where} needs an id of 1 to 200 characters and a prompt of 1 to {_LONGEST:,}")
    if (item.answer is None) != (item.label is None):
        raise QualityError(f"{where} ({item.id[:40]}) has an answer or a label alone; a judge is calibrated by both")
    for wrong in (item.exact, item.contains):
        if isinstance(wrong, list) and not wrong:
            raise QualityError(f"{where} ({item.id[:40]}) expects an empty list; name at least one text")
    try:
        if item.regex is not None:
            validator(msgspec.json.encode({"type": "string", "pattern": item.regex}).decode())
        if item.json_schema is not None:
            validator(msgspec.json.encode(item.json_schema).decode())
    except QualityError as error:
        raise QualityError(f"{where} ({item.id[:40]}): {error}") from None
    return item


class _Loader(yaml.SafeLoader):
    """No aliases: a small file must not become a large one."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """As SafeLoader, but an alias is an error."""
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML's stubs say nothing
            raise yaml.YAMLError(f"aliases (*{event.anchor}) are not taken")
        return super().compose_node(parent, index)
