"""PromQL as Sereno's generators need it: read, checked against the known metrics, made fit for Prometheus 3.

- `query`: what an expression asks for: selectors, labels, ranges. Prometheus's own grammar, by promql-parser.
- `catalogue`: which metrics there are, with which labels: ours, the recorded exporters', a file's.
- `check`: what of an expression the catalogue does not know, in sentences.
- `edges`: `le` values as Prometheus 3 stores them.
- `durations`: `1h30m` and back.
"""
