"""What a figure is said to be must be a word that is read: else it claims something that nothing checks."""

from __future__ import annotations

import pytest

from explain.verify.charts import SHEET
from sereno.explain.verify import verify


@pytest.mark.parametrize(
    ("language", "pattern"),
    [
        ("en", "The {} of db was 9.45 s."),
        ("en", "db has a {} of 9.45 s."),
        ("en", "db's {} is 9.45 s."),
        ("es", "La {} de db fue de 9,45 s."),
        ("es", "db tiene una {} de 9,45 s."),
    ],
)
@pytest.mark.parametrize(
    ("words", "read"),
    [
        ({"en": "mean", "es": "media"}, True),
        ({"en": "average latency", "es": "latencia media"}, True),
        ({"en": "variance", "es": "varianza"}, False),
        ({"en": "mean squared error", "es": "autocorrelación media"}, False),
        ({"en": "budget", "es": "asignación"}, False),
        ({"en": "geometric mean", "es": "media geométrica"}, False),
    ],
)
def test_a_word_that_is_not_read_takes_its_figure_along(
    language: str, pattern: str, words: dict[str, str], read: bool
) -> None:
    (span,) = verify(pattern.format(words[language]), SHEET, language).counted
    assert span.supported is read
