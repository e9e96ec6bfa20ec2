"""The examples in docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import sereno


def modules() -> list[str]:
    """Every module with an example in it."""
    names = [found.name for found in pkgutil.walk_packages(sereno.__path__, "sereno.")]
    return [name for name in names if ">>>" in (importlib.util.find_spec(name).loader.get_source(name) or "")]  # type: ignore[union-attr]


def test_there_are_examples() -> None:
    rooms = {name.split(".")[1] for name in modules()}
    assert {"stats", "drift", "explain", "lora", "quality", "slo", "wire"} <= rooms


@pytest.mark.parametrize("name", modules())
def test_the_examples_of(name: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried
    assert failed == 0
