"""Texts of the report: both languages say everything, with the same gaps to fill."""

from __future__ import annotations

import re

import pytest

from sereno.drift.texts import TEXTS
from sereno.drift.verdict import ORDER


@pytest.mark.parametrize("name", TEXTS)
def test_both_languages(name: str) -> None:
    english, spanish = TEXTS[name]
    assert english
    assert spanish
    assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", spanish))


def test_every_verdict_has_a_name() -> None:
    assert set(ORDER) <= set(TEXTS)
