"""About the data itself: how many points, and what was wrong with them."""

from __future__ import annotations

from collections.abc import Iterator

from sereno.explain.fact import Fact
from sereno.explain.figures import count, numbers, seconds
from sereno.explain.subject import Subject, in_range


def data(subject: Subject) -> Iterator[Fact]:
    """One fact for each oddity of the data.

    Notes: `empty`, `all_missing`, `one_point`, `few_points`, `constant`, `out_of_range` (values too great to analyse),
    `infinite`, `duplicates`, `unsorted`. Numbers: `points`, and the `count` of what the note names; `step` in seconds.
    """
    prepared = subject.prepared
    points = len(prepared.values)
    notes: list[tuple[str, int | None]] = []
    if prepared.given == 0:
        notes.append(("empty", None))
    elif points == 0:
        notes.append(("all_missing", prepared.given))
    elif points == 1:
        notes.append(("one_point", None))
    elif prepared.constant:
        notes.append(("constant", None))
    elif not in_range(prepared):
        notes.append(("out_of_range", None))
    elif subject.anatomy is None:
        notes.append(("few_points", None))
    if prepared.infinite:
        notes.append(("infinite", prepared.infinite))
    if prepared.duplicates:
        notes.append(("duplicates", prepared.duplicates))
    if prepared.unsorted:
        notes.append(("unsorted", None))
    for note, how_many in notes:
        yield Fact(
            id="",
            kind="data",
            series=(subject.name,),
            numbers=numbers(
                count("points", points),
                None if how_many is None else count("count", how_many),
                seconds("step", prepared.step) if points > 1 else None,
            ),
            start=float(prepared.times[0]) if points else None,
            end=float(prepared.times[-1]) if points else None,
            weight=1.0 if note in {"empty", "all_missing", "one_point"} else 0.4,
            note=note,
        )
