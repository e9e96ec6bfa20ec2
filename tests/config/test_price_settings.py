"""`[prices.NAME]`: what is read, in which order, and what a mistake is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.config import Loaded, kinds, load
from sereno.config.sections.price import Price
from sereno.errors import ConfigError

Read = Callable[..., Loaded]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(toml: str = "", environ: dict[str, str] | None = None, *options: tuple[str, str]) -> Loaded:
        (tmp_path / "sereno.toml").write_text(toml)
        return load(environ=environ or {}, cwd=tmp_path, home=tmp_path / "home", options=options)

    return read


def test_tables_in_the_order_of_the_file(read: Read) -> None:
    loaded = read("""
        [prices.small]
        models = ["smollm2", "*:1b"]
        input = 0
        output = 0.0
        [prices.big]
        models = "*"
        upstreams = ["gpu"]
        per_hour = "2.40"
        watts = 350
        per_kwh = 2.8e-1
    """)
    assert loaded.settings.prices == (
        Price(name="small", models=("smollm2", "*:1b"), input=0.0, output=0.0),
        Price(name="big", models=("*",), upstreams=("gpu",), per_hour=2.4, watts=350.0, per_kwh=0.28),
    )
    assert loaded.value("prices.big.per_hour") == 2.4
    assert loaded.origins["prices.big.watts"].endswith("sereno.toml:10")


def test_a_variable_is_the_longer_of_two_fields_that_end_alike(read: Read) -> None:
    environ = {
        "SERENO_PRICES_MY_GPU_MODELS": "a,b",
        "SERENO_PRICES_MY_GPU_INPUT": "0.4",
        "SERENO_PRICES_MY_GPU_CACHED_INPUT": "0.1",
    }
    assert read("", environ).settings.prices == (Price(name="my_gpu", models=("a", "b"), input=0.4, cached_input=0.1),)


WRONG = {
    "input = 1": "prices.x is for no model; set prices.x.models",
    "models = 'a'": "prices.x has no price; set prices.x.input and prices.x.output (0 is free)",
    "models = 'a'\ninput = 1\nwatts = 3": "prices.x is both by token (input) and by time (watts)",
    "models = 'a'\noutput = 1": "prices.x.output is set without prices.x.input",
    "models = 'a'\nwatts = 3": "prices.x.watts is set without prices.x.per_kwh",
    "models = 'a'\ninput = -1": "sereno.toml:3: prices.x.input is -1 (below 0); expected a number from 0 to 1,000,000",
    "models = 'a'\ninput = 2e6": "prices.x.input is 2000000.0 (out of range)",
    "models = 'a'\ninput = nan": "prices.x.input is nan (out of range)",
    "models = 'a'\ninput = '1 EUR'": "prices.x.input is '1 EUR' (not a number)",
    "models = 'a'\ninput = true": "prices.x.input is true (a truth value is not a number)",
    "models = 'a'\ninptu = 1": "prices.x.inptu is no setting; did you mean prices.x.input?",
}


@pytest.mark.parametrize(("table", "sentence"), WRONG.items())
def test_a_mistake_says_what_to_do(table: str, sentence: str, read: Read) -> None:
    with pytest.raises(ConfigError) as caught:
        read(f"[prices.x]\n{table}\n")
    assert sentence in str(caught.value)


@given(st.floats(0.0, 1e6))
def test_an_amount_is_read_back_as_shown(value: float) -> None:
    kind = kinds.amount(1e6)
    assert kind.read(kind.show(value), Path()) == value


@pytest.mark.parametrize(
    "given_value", ["", "nan", "inf", "-0.1", "1,5", "0x10", "٣", float("nan"), None, [1], "1e9999"]
)
def test_what_is_no_amount(given_value: object) -> None:
    with pytest.raises(ValueError, match=r"number|range|below 0|text"):
        kinds.amount(1e6).read(given_value, Path())
