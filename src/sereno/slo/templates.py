"""Templates in a user's labels and annotations: what Prometheus would refuse to load is refused here.

One bad template keeps Prometheus from loading the whole rule file. This is no parser of Go's `text/template`, only of
what goes wrong: braces that do not close, blocks that do not end, functions and variables that there are not.
"""

from __future__ import annotations

import re

_ACTION = re.compile(r'\{\{((?:"(?:[^"\\\n]|\\.)*"|`[^`]*`|/\*.*?\*/|(?!\}\})[^"`])*)\}\}', re.DOTALL)
_TOKEN = re.compile(
    r"""
    (?P<comment>/\*.*?\*/)
    | (?P<text>"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*')
    | (?P<made>\$[A-Za-z_]\w*)\s*:=
    | (?P<variable>\$[A-Za-z_]\w*)
    | (?P<field>\.[A-Za-z_]\w*)
    | (?P<word>[A-Za-z_]\w*)
    """,
    re.VERBOSE | re.DOTALL,
)
_VARIABLES = frozenset({"$labels", "$externalLabels", "$externalURL", "$value"})
_OPENING = frozenset({"if", "range", "with", "define", "block"})
_WORDS = frozenset({
    # Actions and literals of Go's text/template, and its functions.
    "if", "else", "end", "range", "with", "define", "block", "template", "break", "continue", "true", "false", "nil",
    "and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "len", "index", "slice", "call", "print", "printf",
    "println", "html", "js", "urlquery",
    # prometheus/template/template.go
    "args", "externalURL", "first", "graphLink", "humanize", "humanize1024", "humanizeDuration", "humanizePercentage",
    "humanizeTimestamp", "label", "match", "now", "parseDuration", "pathPrefix", "query", "reReplaceAll", "safeHtml",
    "sortByLabel", "stripDomain", "stripPort", "strvalue", "tableLink", "title", "tmpl", "toDuration", "toLower",
    "toTime", "toUpper", "urlQueryEscape", "value",
})  # fmt: skip


def complaint(text: str) -> str | None:
    """Why Prometheus would not load a template, None if nothing is seen.

    >>> complaint("{{ $value | humanize }} of {{ $labels.sloth_slo }}")
    >>> complaint("{{ $value | humanise }}")
    'there is no function humanise'
    >>> complaint("{{ $value")
    'has {{ without }}'
    """
    if "{{" not in text:
        return None
    open_blocks = 0
    made: set[str] = set(_VARIABLES)
    for action in _ACTION.finditer(text):
        first = True
        for token in _TOKEN.finditer(action[1]):
            variable, word = token["variable"], token["word"]
            if token["made"]:
                made.add(token["made"])
            elif variable is not None and variable not in made:
                return f"there is no variable {variable}"
            elif word is not None:
                if word not in _WORDS:
                    return f"there is no function {word}"
                if first:
                    open_blocks += (word in _OPENING) - (word == "end")
            first = first and token["comment"] is not None
            if open_blocks < 0:
                return "has an end without a beginning"
    if "{{" in _ACTION.sub("", text):
        return "has {{ without }}"
    return "has a block without an end" if open_blocks else None
