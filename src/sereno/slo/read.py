"""Texts to objectives: the format is told by `version` or `apiVersion`; every mistake is found, not only the first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sereno.promql.catalogue import Catalogue
from sereno.promql.check import unknown
from sereno.promql.query import read as read_query
from sereno.slo import native, openslo, sloth
from sereno.slo.document import documents
from sereno.slo.expressions import at_window
from sereno.slo.fields import Fields
from sereno.slo.spec import Place, Slo, SpecError

HINT = "(--metrics FILE adds metrics, --allow-unknown lets them pass)"
VERSIONS = (native.VERSION, sloth.VERSION, openslo.VERSION)


def read(texts: Iterable[tuple[str, str]], catalogue: Catalogue | None) -> tuple[list[Slo], list[SpecError]]:
    """Every objective of some specs, and everything that is wrong with them.

    Args:
        texts: (file name, content).
        catalogue: labels by metric; None lets unknown metrics pass, PromQL is checked all the same.
    """
    slos: list[Slo] = []
    problems: list[SpecError] = []
    for file, text in texts:
        try:
            for found in _file(text, file):
                (problems if isinstance(found, SpecError) else slos).append(found)  # type: ignore[arg-type]
        except SpecError as error:
            problems.append(error)
    for slo in slos:
        problems += _queries(slo, catalogue)
    problems += _duplicates(slos)
    return slos, problems


def _file(text: str, file: str) -> list[Slo | SpecError]:
    found: list[Slo | SpecError] = []
    open_slo: list[Fields] = []
    read_any = documents(text, file)
    if not read_any:
        raise SpecError(Place(file, 1, ""), f"is empty; expected a spec that begins with version: {native.VERSION}")
    for document in read_any:
        version = document.text("apiVersion", "") or document.text("version", "")
        if version == native.VERSION:
            found += native.read_native(document)
        elif version == sloth.VERSION:
            found += sloth.read_sloth(document)
        elif version == openslo.VERSION:
            open_slo.append(document)
        else:
            shown = f"{version[:80]!r} is not known" if version else "is missing"
            field = "apiVersion" if document.has("apiVersion") else "version"
            raise document.error(field, f"{shown}; expected {', '.join(VERSIONS)} (OpenSLO: apiVersion)")
    if open_slo:
        found += openslo.read_openslo(open_slo)
        if not found:
            raise SpecError(Place(file, 1, ""), "holds no SLO; expected at least one document of kind SLO")
    return found


def _queries(slo: Slo, catalogue: Catalogue | None) -> list[SpecError]:
    problems: list[SpecError] = []
    told: set[str] = set()
    for place, text in slo.asks:
        try:
            query = read_query(at_window(text, "5m"))
        except ValueError as error:
            problems.append(SpecError(place, f"is no PromQL: {error}"))
            continue
        for sentence in unknown(query, catalogue) if catalogue is not None else ():
            if sentence not in told:
                told.add(sentence)
                problems.append(SpecError(place, f"{sentence} {HINT}"))
    return problems


def _duplicates(slos: Sequence[Slo]) -> list[SpecError]:
    first: dict[str, Slo] = {}
    problems: list[SpecError] = []
    for slo in slos:
        before = first.setdefault(slo.id, slo)
        if before is not slo:
            message = f"{slo.id} is also at {before.place.file}:{before.place.line}; expected a name of its own"
            problems.append(SpecError(slo.place, message))
    return problems
