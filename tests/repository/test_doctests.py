"""The examples in docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import sereno

PURE = (
    "calls",
    "conventions",
    "trust",
    "wire",
    "stats",
    "promql",
    "slo",
    "metrics",
    "query",
    "journal",
    "store",
    "config",
)


def modules() -> list[str]:
    names = [f"sereno.{room}" for room in PURE]
    for room in PURE:
        path = getattr(importlib.import_module(f"sereno.{room}"), "__path__", None)
        names += [found.name for found in pkgutil.walk_packages(path, f"sereno.{room}.")] if path else []
    return [name for name in names if ">>>" in (importlib.util.find_spec(name).loader.get_source(name) or "")]  # type: ignore[union-attr]


def test_there_are_examples() -> None:
    assert sereno.__path__
    assert len(modules()) >= 5


@pytest.mark.parametrize("name", modules())
def test_the_examples_of(name: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried
    assert failed == 0
