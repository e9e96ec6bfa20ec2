"""The shared PromQL."""

from __future__ import annotations

import pytest

from sereno.dashboards.expressions import quantile, ratio, select, share, tile
from sereno.promql.query import read


def test_select_adds_the_choices_that_a_metric_can_be_chosen_by() -> None:
    assert select("ollama_model_loaded") == (
        'ollama_model_loaded{job=~"$job",instance=~"$instance",upstream=~"$upstream",model=~"$model"}'
    )
    assert select("llm_load_duration_seconds_bucket", 'le="5.0"').endswith('model=~"$model",le="5.0"}')


def test_select_refuses_what_is_not_ours() -> None:
    with pytest.raises((KeyError, StopIteration)):
        select("llm_request_total")


def test_everything_is_promql() -> None:
    for text in (tile("a"), ratio("a", "b"), share("a", "b")):
        read(text.replace("$job", ".+").replace("$instance", ".+"))
    read(quantile(0.5, "llm_load_duration_seconds", by="model").replace("$__rate_interval", "1m"))
