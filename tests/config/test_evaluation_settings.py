"""`[evaluations.NAME]`: what is read, and what a mistake is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sereno.config import Loaded, load
from sereno.errors import ConfigError

Read = Callable[[str], Loaded]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(toml: str) -> Loaded:
        (tmp_path / "sereno.toml").write_text(toml)
        return load(environ={}, cwd=tmp_path, home=tmp_path / "home")

    return read


def test_a_plan_names_questions_and_model(read: Read, tmp_path: Path) -> None:
    nightly, hourly = read("""
        [evaluations.nightly]
        set = "basics-en"
        model = "llama3.2"
        cron = "0 3 * * *"
        timezone = "Europe/Madrid"
        [evaluations.own]
        set = "sets/support.yaml"
        model = "a"
        judge = "b"
        every = "6h"
    """).settings.evaluations
    assert (nightly.set, nightly.cron, nightly.every) == ("basics-en", "0 3 * * *", None)
    assert (hourly.set, hourly.every, hourly.judge) == (str(tmp_path / "sets/support.yaml"), 21600.0, "b")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('model = "a"\nevery = "1d"', "evaluations.e has no set"),
        ('set = "basics-en"\nevery = "1d"', "evaluations.e has no model"),
        ('set = "basics-en"\nmodel = "a"', "says not how often"),
        ('set = "basics-en"\nmodel = "a"\nevery = "1d"\ncron = "0 3 * * *"', "has both every and cron"),
        ('set = "basics-en"\nmodel = "a"\ncron = "at three"', "'at three' is no cron expression"),
        ('set = "basics-en"\nmodel = "a"\nevery = "1s"', "too short"),
        ('set = "basics-en"\nmodel = "a"\ncron = "0 3 * * *"\ntimezone = "Madrid"', "'Madrid' is no time zone"),
    ],
)
def test_a_mistake_is_named(read: Read, lines: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        read(f"[evaluations.e]\n{lines}")
