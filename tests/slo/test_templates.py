"""Templates are refused when, and only when, Prometheus refuses them; promtool says which those are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sereno.slo.read import read
from sereno.slo.templates import complaint
from slo.specs import SLOTH, promtool

GOOD = [
    "no template",
    "{ } }} {",
    "{{ $value | humanizePercentage }} on {{ $labels.sloth_slo }}",
    '{{ printf "%.2f }}" $value }}',
    "{{- with $labels.team }}{{ . | toUpper }}{{ else }}nobody{{ end -}}",
    '{{ range query "up" }}{{ .Labels.job }} {{ .Value | humanize }}{{ end }}',
    "{{ $x := 5 }}{{ $x }}",
    "{{/* a comment with {{ braces */}}{{ .Value }}",
    "{{ if and (gt $value 0.5) (ne $labels.a `b`) }}yes{{ end }}",
    '{{ "{{" }} braces }}',
    "{{ $externalURL }}/x?{{ $labels.a | urlquery }}",
]
BAD = [
    "{{ $value | humanise }}",
    "{{ braces }}",
    "{{ $nobody }}",
    "{{ $value",
    '{{ "open }}',
    "{{ if $value }}never ends",
    "{{ end }}",
    "{{ range }}{{ if $value }}{{ end }}",
]


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The templates that promtool refuses, each as the annotation of a rule of its own."""
    folder: Path = tmp_path_factory.mktemp("templates")
    rules = [
        {"alert": f"A{number}", "expr": "vector(1)", "annotations": {"text": text}}
        for number, text in enumerate(GOOD + BAD)
    ]
    (folder / "rules.yaml").write_text(json.dumps({"groups": [{"name": "g", "rules": rules}]}))
    told = promtool("check", "rules", folder / "rules.yaml", ok=False)
    return {text for number, text in enumerate(GOOD + BAD) if f'"A{number}"' in told}


@pytest.mark.parametrize("text", GOOD + BAD)
def test_our_verdict_is_prometheus_verdict(text: str, refused: set[str]) -> None:
    assert (complaint(text) is not None) == (text in refused) == (text in BAD)


def test_a_spec_with_a_bad_template_is_refused_where_it_stands() -> None:
    text = SLOTH.replace("summary: checkout fails", 'summary: "{{ $value | humanise }}"')
    (problem,) = [str(problem) for problem in read([("s.yaml", text)], None)[1]]
    line = 1 + text[: text.index("summary")].count("\n")
    place = f"s.yaml:{line}: slos[0].alerting.annotations.summary: "
    known = "expected what Prometheus's templates know, such as {{ $value | humanizePercentage }}"
    assert problem == f"{place}there is no function humanise; {known}"
