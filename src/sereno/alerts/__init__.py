"""Alert rules as data: one definition becomes a Prometheus rule, a Grafana-managed rule and its promtool tests.

Pure. Each file holds the rules of one part of the stack (`llm`, `host`, `gpu` …), `catalogue` all of them;
`prometheus`, `proofs` and `grafana` write them.
"""
