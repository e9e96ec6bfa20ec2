"""What of an expression the catalogue does not know."""

from __future__ import annotations

from difflib import get_close_matches

from sereno.promql.catalogue import TARGET_LABELS, Catalogue
from sereno.promql.query import Query, Selector

ANY_NAME = "names no metric: a selector must begin with one name, so that it can be checked"


def unknown(query: Query, catalogue: Catalogue, extra_labels: frozenset[str] = frozenset()) -> list[str]:
    """Sentences about metrics and labels that nobody exposes; none if all is well.

    Args:
        query: the expression.
        catalogue: labels by metric.
        extra_labels: labels that stand on every series, such as `external_labels`.
    """
    always = TARGET_LABELS | extra_labels
    out: list[str] = []
    carried: set[str] = set(always | query.made)
    any_label = query.makes_any
    for selector in query.selectors:
        if selector.metric is None:
            out.append(_text(selector) + " " + ANY_NAME)
            any_label = True
            continue
        if selector.metric not in catalogue:
            out.append(f"there is no metric {selector.metric}{_near(selector.metric, catalogue)}")
            any_label = True
            continue
        labels = catalogue[selector.metric]
        if labels is None:
            any_label = True
            continue
        carried |= labels
        out += [
            f"{selector.metric} has no label {matcher.label}; it has {', '.join(sorted(labels | always))}"
            for matcher in selector.matchers
            if matcher.label not in labels and matcher.label not in always
        ]
    if not any_label:
        out += [
            f"no metric of this expression has the label {label}; they have {', '.join(sorted(carried))}"
            for label in query.grouped
            if label not in carried
        ]
    return list(dict.fromkeys(out))


def _near(name: str, catalogue: Catalogue) -> str:
    near = get_close_matches(name, catalogue, n=1, cutoff=0.8)
    return f"; did you mean {near[0]}?" if near else ""


def _text(selector: Selector) -> str:
    return "{" + ",".join(map(str, selector.matchers)) + "}"
