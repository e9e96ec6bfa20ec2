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


@pytest.mark.parametrize(
    ("language", "text", "true"),
    [
        ("en", "9.45 s is the mean of db.", True),
        ("en", "9.45 s was db's mean.", True),
        ("en", "39.7 s is the maximum of db.", True),
        ("en", "9.45 s is the maximum of db.", False),
        ("en", "9.45 s is the variance of db.", False),
        ("en", "9.45 s was db's variance.", False),
        ("en", "9.45 s, the variance of db, is high.", False),
        ("en", "9.45 s is the worst value of db.", False),
        ("en", "The best value of db is 39.7 s.", False),
        ("en", "9.45 s is the mean of db at night.", False),
        ("es", "9,45 s es la media de db.", True),
        ("es", "39,7 s es el máximo de db.", True),
        ("es", "9,45 s es el máximo de db.", False),
        ("es", "9,45 s es la varianza de db.", False),
        ("es", "El peor tiempo de db fue 9,45 s.", False),
        ("es", "9,45 s es la media de db por la noche.", False),
    ],
)
def test_the_word_for_a_figure_may_stand_behind_it(language: str, text: str, true: bool) -> None:
    assert [one.supported for one in verify(text, SHEET, language).counted] == [true]
