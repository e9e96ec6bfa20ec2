"""Measurements anyone can repeat: `python -m benchmarks` runs all, `python -m benchmarks NAME …` some.

Each module has `run(quick: bool) -> dict` and a docstring that is its method. Results go to
benchmarks/results/NAME.json; docs/benchmarks.md is written from them and from nothing else.
"""
