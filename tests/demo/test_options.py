"""Options: Ollama's checks, Ollama's defaults, the engine's names."""

from __future__ import annotations

import pytest

from sereno.demo import options
from sereno.demo.answers import ApiError
from sereno.demo.catalogue import CONTEXT, STOPS


def test_defaults_are_ollamas() -> None:
    """docs/modelfile.md of Ollama: temperature 0.8, top_k 40, top_p 0.9, repeat_penalty 1.1, seed random."""
    engine = options.for_engine({}, {})
    assert {key: engine[key] for key in ("temperature", "top_k", "top_p", "repeat_penalty", "n_predict", "seed")} == {
        "temperature": 0.8, "top_k": 40, "top_p": 0.9, "repeat_penalty": 1.1, "n_predict": -1, "seed": -1,
    }  # fmt: skip


def test_request_wins_over_model_and_names_are_the_engines() -> None:
    engine = options.for_engine({"num_predict": 64, "temperature": 0.2}, {"num_predict": 5, "stop": ["x"]})
    assert (engine["n_predict"], engine["temperature"], engine["stop"]) == (5, 0.2, [*STOPS, "x"])
    assert "num_predict" not in engine


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"num_predict": "x"}, 'option "num_predict" must be of type integer'),
        ({"seed": True}, 'option "seed" must be of type integer'),
        ({"top_k": 1.5}, 'option "top_k" must be of type integer'),
        ({"temperature": "hot"}, 'option "temperature" must be of type float32'),
        ({"stop": 5}, 'option "stop" must be of type array'),
    ],
)
def test_a_wrong_type_is_named(asked: dict[str, object], sentence: str) -> None:
    with pytest.raises(ApiError) as refused:
        options.checked(asked)
    assert (refused.value.status, refused.value.message) == (500, sentence)


@pytest.mark.parametrize("huge", [float("inf"), float("nan")])
def test_numbers_that_are_none_are_refused(huge: float) -> None:
    with pytest.raises(ApiError):
        options.checked({"num_ctx": huge})


def test_unknown_options_are_ignored() -> None:
    assert options.checked({"num_gpu_of_mars": "x"}) == {}


@pytest.mark.parametrize(
    ("asked", "room"), [({}, CONTEXT), ({"num_ctx": 256}, 256), ({"num_ctx": 10**9}, CONTEXT), ({"num_ctx": -1}, 4)]
)
def test_the_context_is_at_most_the_engines(asked: dict[str, int], room: int) -> None:
    assert options.context(asked) == room
