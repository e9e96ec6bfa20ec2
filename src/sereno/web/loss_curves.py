"""Loss curves of versions over one another, on the steps of all of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence

from sereno.lora.training import Point, Training
from sereno.web.charts import Chart, Series, Tone

POSITIONS = 200
"""Steps that a chart shows at most."""
TONES: tuple[Tone, ...] = ("s1", "s2", "s3", "s4", "s5", "s6")
MOST_VERSIONS = len(TONES)


def loss_charts(runs: Sequence[tuple[str, Training]], t: Mapping[str, str]) -> dict[str, Chart]:
    """Training and validation loss by step.

    Args:
        runs: version and training, at most `MOST_VERSIONS`, in the order of their colours.
        t: texts of the reader's language.
    """
    return {
        "loss": _chart("loss", runs, lambda training: training.curve, t),
        "validation": _chart("validation", runs, lambda training: training.validation_curve, t),
    }


def _chart(
    name: str,
    runs: Sequence[tuple[str, Training]],
    curve: Callable[[Training], Sequence[Point]],
    t: Mapping[str, str],
) -> Chart:
    steps = _steps([curve(training) for _, training in runs])
    return Chart(
        kind="lines",
        id=f"lora-{name}",
        title=t[f"lora_{name}"],
        description=t[f"lora_{name}_text"],
        unit="count",
        x=tuple(str(step) for step in steps),
        series=tuple(
            Series(name=version, values=tuple(at(curve(training), step) for step in steps), tone=tone)
            for (version, training), tone in zip(runs, TONES, strict=False)
            if curve(training)
        ),
        empty=t["lora_no_curve"],
    )


def _steps(curves: Sequence[Sequence[Point]]) -> list[int]:
    """The steps of all curves, evenly thinned between the first and the last."""
    found = sorted({point.step for curve in curves for point in curve})
    if len(found) <= POSITIONS:
        return found
    return [found[round(index * (len(found) - 1) / (POSITIONS - 1))] for index in range(POSITIONS)]


def at(curve: Sequence[Point], step: int) -> float | None:
    """The loss at a step, on the straight line between the points around it; None outside the curve.

    >>> curve = [Point(10, None, 2.0), Point(20, None, 1.0)]
    >>> at(curve, 10), at(curve, 15), at(curve, 30)
    (2.0, 1.5, None)
    """
    index = bisect_left(curve, step, key=lambda point: point.step)
    if index == len(curve):
        return None
    right = curve[index]
    if right.step == step:
        return right.loss
    if index == 0:
        return None
    left = curve[index - 1]
    return left.loss + (right.loss - left.loss) * (step - left.step) / (right.step - left.step)
