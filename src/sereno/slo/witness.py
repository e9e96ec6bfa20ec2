"""Labels that satisfy conditions: the series that a generated test feeds to the rules.

A condition may be any regular expression, so a witness is looked for among a few likely values and checked; where none
is found the generated tests begin at the recorded error instead of at raw counters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain

from sereno.promql.query import Matcher

Labels = Mapping[str, str]
_FREE = ("", "x", "0", "5m")
"""Values to try where only a negative condition or an unknown pattern stands; "" is a label that is not there."""


def satisfies(value: str, matchers: Iterable[Matcher]) -> bool:
    """Whether a label's value meets conditions; patterns are anchored, as in Prometheus."""
    for matcher in matchers:
        if matcher.operator in {"=", "!="}:
            met = value == matcher.value
        else:
            try:
                met = re.fullmatch(matcher.value, value, re.DOTALL) is not None
            except re.error:
                return False
        if met == matcher.operator.startswith("!"):
            return False
    return True


@lru_cache(maxsize=1024)
def witness(matchers: tuple[Matcher, ...]) -> Labels | None:
    """Labels that meet all conditions; None if none were found.

    >>> witness((Matcher("status", "=~", "success|error"), Matcher("job", "!=", "x")))
    {'status': 'success'}
    """
    found: dict[str, str] = {}
    for label in dict.fromkeys(matcher.label for matcher in matchers):
        own = [matcher for matcher in matchers if matcher.label == label]
        value = next((value for value in _candidates(own) if satisfies(value, own)), None)
        if value is None:
            return None
        if value:
            found[label] = value
    return found


@lru_cache(maxsize=1024)
def counterexample(total: tuple[Matcher, ...], bad: tuple[Matcher, ...]) -> Labels | None:
    """Labels that meet the first conditions and not all of the second: a good event.

    >>> counterexample((Matcher("status", "=~", "success|error"),), (Matcher("status", "=", "error"),))
    {'status': 'success'}
    """
    for label in dict.fromkeys(matcher.label for matcher in bad):
        inside = [matcher for matcher in total if matcher.label == label]
        against = [matcher for matcher in bad if matcher.label == label]
        for value in _candidates([*inside, *against]):
            if satisfies(value, inside) and not satisfies(value, against):
                others = witness(tuple(matcher for matcher in total if matcher.label != label))
                if others is not None:
                    return {**others, **({label: value} if value else {})}
    return None


def _candidates(matchers: Sequence[Matcher]) -> Iterable[str]:
    written = (matcher.value for matcher in matchers if matcher.operator in {"=", "!="})
    split = (_alternatives(matcher.value) for matcher in matchers if matcher.operator in {"=~", "!~"})
    return chain(written, chain.from_iterable(split), _FREE)


def _alternatives(pattern: str) -> list[str]:
    """The words of `a|b|(c|d).*`, wildcards taken for nothing or a letter."""
    words = re.split(r"[|()]", pattern)
    plain = [re.sub(r"\\(.)", r"\1", re.sub(r"\.[*]", "", word.replace(".+", "x"))) for word in words]
    return [*plain, *(word.replace(".", "0") for word in plain)]
