"""`trainer_state.json`: sums and curves as the Trainer logs them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lora.made import state
from sereno.lora.document import AdapterError
from sereno.lora.training import MOST_POINTS, read_training


def raw(**given: Any) -> bytes:
    return json.dumps(state(**given)).encode()


def test_figures_of_a_run() -> None:
    found = read_training(raw())
    assert (found.epochs, found.steps, found.batch_size, found.seconds) == (3.0, 30, 4, 642.5)
    assert found.training_loss == 1.6667
    assert found.validation_loss == 1.2
    assert found.learning_rate == pytest.approx(2e-4 * 0.99)
    assert found.tokens == 120000
    assert [(point.step, point.loss) for point in found.curve] == [(10, 2.5), (20, 1.5), (30, 1.0)]
    assert [point.loss for point in found.validation_curve] == [1.8, 1.2]
    assert not found.diverged


def test_the_loss_of_the_checkpoint_that_was_kept() -> None:
    assert read_training(raw(evals=(0.9, 1.4), best_global_step=10)).validation_loss == 0.9


def test_without_a_summary_the_last_loss_counts() -> None:
    given = state()
    given["log_history"].pop()
    found = read_training(json.dumps(given).encode())
    assert (found.training_loss, found.seconds) == (1.0, None)


def test_a_run_that_diverged_is_told_and_leaves_no_point() -> None:
    found = read_training(raw(losses=(2.0, float("nan"), 1.5)))
    assert found.diverged
    assert [point.step for point in found.curve] == [10, 30]


def test_a_resumed_step_counts_once() -> None:
    given = state()
    given["log_history"].insert(0, {"loss": 9.0, "step": 10})
    assert [point.loss for point in read_training(json.dumps(given).encode()).curve] == [2.5, 1.5, 1.0]


def test_a_long_curve_is_thinned_between_its_ends() -> None:
    found = read_training(raw(losses=tuple(float(n) for n in range(9000))))
    assert len(found.curve) == MOST_POINTS
    assert (found.curve[0].loss, found.curve[-1].loss) == (0.0, 8999.0)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"log_history": {}}, "not a list"),
        ({"log_history": [1]}, "line 0 of log_history is not an object"),
        ({"log_history": [{"loss": "low", "step": 1}]}, "loss is a JSON string"),
        ({"global_step": 1.5}, "global_step"),
        ({"train_batch_size": "many"}, "train_batch_size"),
    ],
)
def test_a_wrong_field_is_named(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(AdapterError, match=said):
        read_training(raw(**changed))


def test_an_empty_log_knows_nothing() -> None:
    found = read_training(b"{}")
    assert (found.training_loss, found.validation_loss, found.learning_rate, found.curve) == (None, None, None, ())
