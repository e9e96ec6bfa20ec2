"""A figure of the whole chart is not known to be true of a part of it, nor of what is only possible or denied."""

from __future__ import annotations

import pytest

from explain.verify.charts import SHEET
from sereno.explain.verify import verify


def supported(text: str, language: str) -> list[bool]:
    """What is said of each figure of a text."""
    return [one.supported for one in verify(text, SHEET, language).counted if any(c.isdigit() for c in one.text)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "At night, db averaged 9.45 s."),
        ("en", "On weekends, the mean of db was 9.45 s."),
        ("en", "In the last hour, db averaged 9.45 s."),
        ("en", "In the second half, the mean of load was 46.7 %."),
        ("en", "In the first half, load averaged 67.8 %."),
        ("en", "load was 45.3 % higher in the first half than in the second."),
        ("en", "Since the deploy, db averages 9.45 s."),
        ("en", "Before the anomaly, the mean of db was 9.45 s."),
        ("en", "Excluding outliers, db averaged 9.45 s."),
        ("en", "The daily mean of db was 9.45 s."),
        ("en", "The second highest value of db was 39.7 s."),
        ("en", "The average anomaly in db was 39.7 s."),
        ("en", "The anomalies in db averaged 39.7 s."),
        ("en", "db could reach 39.7 s soon."),
        ("en", "db never reached 39.7 s."),
        ("en", "db was never below 9.45 s."),
        ("en", "db is always at 9.45 s."),
        ("en", "Most values of db lie above 9.45 s."),
        ("en", "All series averaged 9.45 s."),
        ("en", "The difference between the mean and the median of db is 9.38 s."),
        ("en", "db stabilised at 39.7 s."),
        ("en", "load is 74.6 % above its mean."),
        ("en", "db is at its lowest at the moment: 8.34 s."),
        ("en", "db rose by 322 %."),
        ("en", "db is 322 % higher than cola."),
        ("en", "db is at 9.31 s."),
        ("en", "On average, db stood at 39.7 s."),
        ("es", "En promedio, db estuvo en 39,7 s."),
        ("es", "Por la noche, db promedió 9,45 s."),
        ("es", "Los fines de semana la media de db es de 9,45 s."),
        ("es", "En la última hora, la media de db fue de 9,45 s."),
        ("es", "Antes de la anomalía, la media de db era de 9,45 s."),
        ("es", "Sin valores atípicos, db promedió 9,45 s."),
        ("es", "La media diaria de db fue de 9,45 s."),
        ("es", "db podría llegar a 39,7 s."),
        ("es", "db nunca llegó a 39,7 s."),
        ("es", "db siempre está en 9,45 s."),
        ("es", "Todas las series promediaron 9,45 s."),
        ("es", "load está un 74,6 % por encima de su media."),
    ],
)  # fmt: skip
def test_a_figure_of_something_else_is_not_believed(language: str, text: str) -> None:
    found = supported(text, language)
    assert found
    assert not any(found)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "db averaged 9.45 s."),
        ("en", "On average, db stood at 9.45 s."),
        ("es", "En promedio, db estuvo en 9,45 s."),
        ("en", "In the last hour, db averaged 9.31 s."),
        ("en", "In the second half, load was at 67.8 %, after 46.7 % in the first half."),
        ("en", "Compared with the hour before, db went from 9.55 s to 9.31 s."),
        ("en", "Never did db get higher than 39.7 s, its maximum."),
        ("en", "The anomaly of 39.7 s in db was 322 % above the expected 9.4 s."),
        ("es", "En la última hora, db promedió 9,31 s."),
        ("es", "La segunda mitad de load estuvo un 45,3 % por encima de la primera mitad."),
        ("es", "db nunca estuvo más alto que 39,7 s, su máximo."),
    ],
)
def test_a_figure_of_just_that_is_believed(language: str, text: str) -> None:
    found = supported(text, language)
    assert found
    assert all(found)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "db stayed at 9.45 s for the whole week."),
        ("en", "db is slower than 9.45 s."),
        ("en", "db took 9.45 s at least."),
        ("en", "db took 9.45 s or more."),
        ("en", "db is short by 9.45 s."),
        ("en", "db ran 9.45 s late."),
        ("en", "db crossed 9.45 s."),
        ("en", "Both anomalies of db were 39.7 s."),
        ("en", "db's timeout of 9.45 s."),
        ("en", "9.45 s (variance) in db."),
        ("es", "db rebasó 9,45 s."),
        ("es", "Ambas anomalías de db fueron de 39,7 s."),
        ("en", "db reached 10.1 s."),
        ("es", "db se quedó en 9,45 s toda la semana."),
        ("es", "db es más lento que 9,45 s."),
        ("es", "db tarda 9,45 s como mínimo."),
        ("es", "db llegó a 10,1 s."),
    ],
)
def test_a_mean_or_a_percentile_is_no_bound_and_no_place_to_go(language: str, text: str) -> None:
    assert [one.supported for one in verify(text, SHEET, language).counted] == [False]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "There are 574 readings above 9.45 s."),
        ("en", "db had 574 readings under 10.1 s."),
        ("es", "Hay 574 lecturas por encima de 9,45 s."),
    ],
)
def test_how_many_lie_beyond_a_figure_is_known_of_thresholds_alone(language: str, text: str) -> None:
    assert supported(text, language) == [True, False]  # there are as many, but not beyond


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("load is up 45.3 % compared with the first half.", [True, True]),
        ("load is up 45.3 % in the second half.", [True, True]),
        ("load is up by 45.3 % in the first half.", [False, False]),
        ("load is 45.3 % higher than in the first half.", [True, True]),
        ("load rose from 46 % to 80.3 %, by 74.6 %.", [True, True, True, True]),
        ("load averaged 46.7 % in the first half.", [True]),
    ],
)
def test_how_far_it_moved_since_a_period_is_not_told_of_the_period(text: str, true: list[bool]) -> None:
    assert [one.supported for one in verify(text, SHEET, "en").counted] == true
