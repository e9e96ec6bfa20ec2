"""`trainer_state.json` as Hugging Face's Trainer writes it: how training went.

Fields: huggingface/transformers 5.23, `TrainerState`. The learning rate is not a field: the greatest of the log is the
one that was set (schedules begin or climb there). `training_args.bin` beside it is a pickle and is never opened.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec

from sereno.lora.document import AdapterError, Document, read_object

STATE = "trainer_state.json"
MOST_POINTS = 2000
"""Points that a curve keeps: evenly thinned, first and last always there."""
MOST_LOG = 1_000_000


class Point(msgspec.Struct, frozen=True, array_like=True):
    """One point of a curve: the step, the epoch where known, the loss."""

    step: int
    epoch: float | None
    loss: float


class Training(msgspec.Struct, frozen=True, kw_only=True):
    """How an adapter was trained; None where the trainer did not say.

    Attributes:
        epochs: done, may be a fraction. steps: done.
        learning_rate: the greatest of the log. batch_size: per device.
        training_loss: mean over the run as the trainer sums it up, else the last logged.
        validation_loss: of the best evaluation where the trainer chose by loss, else the last.
        seconds: run time.
        tokens: input tokens seen.
        diverged: whether a loss was not finite.
        curve, validation_curve: by step.
    """

    epochs: float | None = None
    steps: int | None = None
    learning_rate: float | None = None
    batch_size: int | None = None
    training_loss: float | None = None
    validation_loss: float | None = None
    seconds: float | None = None
    tokens: int | None = None
    diverged: bool = False
    curve: tuple[Point, ...] = ()
    validation_curve: tuple[Point, ...] = ()


def read_training(raw: bytes) -> Training:
    """What `trainer_state.json` says.

    Raises:
        AdapterError: it is no such file; names the field.
    """
    document = read_object(STATE, raw)
    log = list(_log(document))
    losses, diverged = _curve(log, "loss")
    evals, eval_diverged = _curve(log, "eval_loss")
    summary = next((line for line in reversed(log) if line.number("train_runtime") is not None), None)
    rates = [rate for line in log if (rate := _finite(line.number("learning_rate"))) is not None]
    mean = _finite(summary.number("train_loss")) if summary else None
    return Training(
        epochs=_finite(document.number("epoch")),
        steps=document.whole("global_step"),
        learning_rate=max(rates, default=None),
        batch_size=document.whole("train_batch_size"),
        training_loss=mean if mean is not None else losses[-1].loss if losses else None,
        validation_loss=_validation(document, evals),
        seconds=_finite(summary.number("train_runtime")) if summary else None,
        tokens=document.whole("num_input_tokens_seen") or None,
        diverged=diverged or eval_diverged,
        curve=thinned(losses),
        validation_curve=thinned(evals),
    )


def thinned(points: list[Point], most: int = MOST_POINTS) -> tuple[Point, ...]:
    """At most so many points of a curve, evenly chosen, the first and the last among them.

    >>> [point.step for point in thinned([Point(step, None, 1.0) for step in range(100)], 4)]
    [0, 33, 66, 99]
    """
    if len(points) <= most:
        return tuple(points)
    return tuple(points[round(index * (len(points) - 1) / (most - 1))] for index in range(most))


def _log(document: Document) -> Iterator[Document]:
    history: Any = document.values.get("log_history")
    if history is None:
        return
    if not isinstance(history, list):
        raise AdapterError(f"{STATE}: log_history is not a list")
    for number, line in enumerate(islice(history, MOST_LOG)):
        if not isinstance(line, Mapping):
            raise AdapterError(f"{STATE}: line {number} of log_history is not an object")
        yield Document(f"{STATE}: line {number} of log_history", line)


def _curve(log: list[Document], key: str) -> tuple[list[Point], bool]:
    """Points in order of their step, the last of one step, and whether a value was not finite."""
    found: dict[int, Point] = {}
    diverged = False
    for line in log:
        value = line.number(key)
        if value is None:
            continue
        step = line.whole("step")
        if not math.isfinite(value) or step is None:
            diverged |= not math.isfinite(value)
            continue
        found[step] = Point(step, _finite(line.number("epoch")), value)
    return [found[step] for step in sorted(found)], diverged


def _validation(document: Document, evals: list[Point]) -> float | None:
    """The loss of the checkpoint that was kept, where the trainer says which; else the last."""
    if not evals:
        return None
    step = document.whole("best_global_step")
    return next((point.loss for point in evals if point.step == step), evals[-1].loss)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
