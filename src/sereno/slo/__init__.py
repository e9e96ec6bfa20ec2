"""Service level objectives: read, compiled to rules and their proofs, and computed from the record.

- *Indicator* (SLI): what is measured: bad events of all events, events slower than a threshold, a mean above a limit.
- *Error*: its ratio in a window. For a mean it is the overshoot, mean / limit − 1, at least 0.
- *Budget*: the error that the objective allows over its *period*: 100 − objective percent; for a mean its variance.
- *Burn rate*: error / budget. At 1 the budget lasts exactly one period.
- *Window pair*: an alert fires while a long and a short window both burn faster than a *factor*
  (SRE workbook, chapter 5).

`read` turns YAML into `spec.Slo`s (ours, Sloth's, OpenSLO's), `compile` turns those into files, `status` computes them
from counts of the store. Pure: no files, no clock.
"""
