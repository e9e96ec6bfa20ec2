"""Specs for the tests of this room, and the promtool that judges what is made of them."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from parts.built import built
from sereno.slo.compile import compiled
from sereno.slo.read import read
from sereno.slo.spec import Slo

SLOTH = """
version: "prometheus/v1"
service: shop
labels: {owner: team-a}
slo_plugins:
  chain:
    - id: sloth.dev/contrib/alert_for/v1
slos:
  - name: checkout-availability
    objective: 99.9
    description: Answers of the checkout.
    sli:
      events:
        error_query: sum(rate(http_requests_total{job="shop",code=~"(5..|429)"}[{{.window}}]))
        total_query: sum(rate(http_requests_total{job="shop"}[{{.window}}]))
    alerting:
      name: CheckoutErrors
      labels: {category: availability}
      annotations: {summary: checkout fails}
      page_alert: {for: 5m, labels: {severity: pageteam}}
      ticket_alert: {disable: true}
  - name: checkout-latency
    objective: 99
    sli:
      events:
        error_query: |
          sum(rate(http_request_duration_seconds_count[{{.window}}]))
          -
          sum(rate(http_request_duration_seconds_bucket{le="5"}[{{ .window }}]))
        total_query: sum(rate(http_request_duration_seconds_count[{{.window}}]))
    alerting: {name: CheckoutSlow, page_alert: {}, ticket_alert: {}}
  - name: probe
    objective: 99.5
    sli: {raw: {error_ratio_query: '1 - avg_over_time(probe_success{job="shop"}[{{.window}}])'}}
    alerting: {name: CheckoutDown}
"""

OPENSLO = """
apiVersion: openslo/v1
kind: Service
metadata: {name: search}
spec: {description: Search.}
---
apiVersion: openslo/v1
kind: SLI
metadata: {name: good-answers, displayName: Good answers}
spec:
  ratioMetric:
    counter: true
    good: {metricSource: {type: Prometheus, metricSourceRef: prom, spec: {query: 'sum(answers_total{code!~"5.."})'}}}
    total: {metricSource: {type: Prometheus, spec: {query: answers_total}}}
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: answers, labels: {team: find, "dotted.label": x, several: [a, b]}}
spec:
  description: Answers without a server error.
  service: search
  indicatorRef: good-answers
  timeWindow: [{duration: 4w, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - {displayName: usual, target: 0.995}
    - {displayName: strict, targetPercent: 99.95}
  alertPolicies: []
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: ready}
spec:
  service: search
  indicator:
    metadata: {name: ready}
    spec:
      ratioMetric:
        rawType: success
        raw: {metricSource: {type: Prometheus, spec: {query: 'avg_over_time(ready_ratio[{{.window}}])'}}}
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.9}]
"""

NATIVE = """
version: sereno/v1
service: llm
labels: {team: platform}
slos:
  - name: chat
    objective: 99.9
    period: 28d
    availability:
      metric: llm_requests_total
      where: job=~"sereno|proxy",operation!="embeddings"
      total: status!="aborted"
      bad: status=~"err.*"
    alerting:
      minimum_events: 50
      no_data: alert
      runbook: https://wiki.example.org/{{ odd }}
      page_alert: {for: 0s}
  - name: first-token
    objective: 90
    latency: {histogram: llm_time_to_first_token_seconds, threshold: 750ms}
  - name: cached
    mean: {sum: llm_tokens_used_total, count: llm_requests_total, at_most: 0.3, variance: 33.3%}
"""


def slos(text: str, *, known: bool = False) -> list[Slo]:
    """The objectives of a spec that is right."""
    from sereno.promql.catalogue import known as catalogue

    found, problems = read([("spec.yaml", text)], catalogue() if known else None)
    assert [str(problem) for problem in problems] == []
    return found


def write(text: str, folder: Path) -> Path:
    """Compile a spec into a folder."""
    for name, content in compiled(slos(text)).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    return folder


def promtool(*arguments: str | Path, ok: bool = True) -> str:
    """Run it; its output."""
    done = subprocess.run(
        [built("promtool"), *arguments], capture_output=True, text=True, check=False, timeout=600
    )  # fmt: skip
    assert (done.returncode == 0) is ok, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout + done.stderr


def prove(files: Sequence[Path], *, ok: bool = True) -> str:
    """`promtool test rules`."""
    return promtool("test", "rules", *files, ok=ok)
