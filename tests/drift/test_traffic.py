"""Features of recorded calls: unknown is missing, never 0."""

from __future__ import annotations

import msgspec
import numpy as np

from sereno.calls import Usage
from sereno.drift.columns import Numbers, Words
from sereno.drift.compare import compare
from sereno.drift.reference import freeze
from sereno.drift.traffic import CATEGORICAL, NUMERIC, columns_of
from store.made import a_call


def test_columns() -> None:
    call = msgspec.structs.replace(
        a_call(0), prompt="hello", response=None, usage=Usage(7, None, None), error_type=None
    )
    columns = columns_of([call, call])
    assert list(columns) == [*NUMERIC, *CATEGORICAL]
    lengths, answers, tokens = (columns[name] for name in ("prompt_characters", "response_characters", "output_tokens"))
    assert isinstance(lengths, Numbers)
    assert isinstance(answers, Numbers)
    assert isinstance(tokens, Numbers)
    assert lengths.values.tolist() == [5, 5]
    assert np.isnan(answers.values).all()
    assert np.isnan(tokens.values).all()
    errors = columns["error_type"]
    assert isinstance(errors, Words)
    assert errors.counts == {"none": 2}


def test_no_calls() -> None:
    assert {column.rows for column in columns_of([]).values()} == {0}


def test_longer_prompts_are_the_one_thing_found() -> None:
    rng = np.random.default_rng(0)

    def traffic(n: int, mean: int) -> list[object]:
        call = a_call(0)
        return [msgspec.structs.replace(call, prompt="x" * int(k)) for k in rng.poisson(mean, n)]

    found = compare(freeze(columns_of(traffic(400, 50))), columns_of(traffic(200, 80)))  # type: ignore[arg-type]
    assert [r.feature for r in found.results if r.severity != "none"] == ["prompt_characters"]
