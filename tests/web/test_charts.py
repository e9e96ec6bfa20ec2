"""Figures as data: what is refused, what the page carries, what the table says."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, PackageLoader, StrictUndefined

from sereno.web import charts
from sereno.web.charts import Chart, Series, Threshold, heads, number, rows
from sereno.web.texts import texts

EVIL = "</script><script>alert(1)</script><!-- \u2028 & ]]>"


def chart(**changed: Any) -> Chart:
    fields: dict[str, Any] = {
        "kind": "lines", "id": "latency", "title": "Latency", "unit": "seconds", "x": (0.0, 60.0, 120.0),
        "series": (Series(name="p50", values=(0.5, None, 1.25)),),
    }  # fmt: skip
    return Chart(**{**fields, **changed})


def page(shown: Chart, *, script: bool = True) -> str:
    made = Environment(loader=PackageLoader("sereno.web"), autoescape=True, undefined=StrictUndefined)
    made.globals["asset"] = lambda name: f"/static/{name}" if script else ""
    charts.add_to(made)
    template = made.from_string('{% from "charts.html" import figure %}{{ figure(chart, t) }}')
    return template.render(chart=shown, t=texts("en"))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"kind": "pie"}, "kind is 'pie', expected one of lines, area"),
        ({"unit": "metres"}, "unit is 'metres'"),
        ({"id": "Latency p50"}, "expected a-z"),
        ({"x": (0.0, 60.0)}, "'p50' has 3 values for 2 positions"),
        ({"x": (0.0, 120.0, 60.0)}, "do not ascend"),
        ({"series": (Series(name="p50", values=(0.5, float("nan"), 1.0)),)}, "not finite"),
        ({"thresholds": (Threshold(name="slow", value=float("inf")),)}, "not finite"),
        ({"links": ("/a", "/b")}, "links has 2 values for 3"),
        ({"links": (None, "https://evil.example/", None)}, "leaves this site"),
        ({"links": (None, "//evil.example/", None)}, "leaves this site"),
        ({"links": (None, "/\\evil.example/", None)}, "leaves this site"),
        ({"links": (None, "javascript:alert(1)", None)}, "leaves this site"),
        ({"kind": "radar"}, "3 named axes"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        chart(**changed)


@given(st.text(), st.text())
def test_the_data_never_leaves_its_element(name: str, title: str) -> None:
    shown = chart(title=title, series=(Series(name=name + EVIL, values=(1.0, None, 2.0)),))
    spec = shown.spec()
    assert not re.search(r"[<>&\u2028\u2029]", spec)
    back = json.loads(spec)
    assert back["title"] == title
    assert back["series"][0] == {"name": name + EVIL, "values": [1.0, None, 2.0], "tone": "accent"}


def test_a_page_carries_the_figure_twice_and_escapes_both() -> None:
    html = page(chart(title=EVIL, series=(Series(name=EVIL, values=(0.5, None, 1.25)),)))
    assert html.count("<script") == html.count("</script>") == 1
    assert json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)[1])["title"] == EVIL  # type: ignore[index]
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", html)
    assert cells == ["0.5", "–", "1.25"]


def test_without_a_build_the_table_is_open_and_no_empty_box_is_left() -> None:
    html = page(chart(), script=False)
    assert '<details class="chart-data" open>' in html
    assert "data-chart" not in html
    assert "chart-plot" not in html


def test_nothing_known_says_what_to_do() -> None:
    html = page(chart(series=(Series(name="p50", values=(None, None, None)),), empty="Send a call."))
    assert "Send a call." in html
    assert "<script" not in html
    assert texts("en")["chart_nothing"] in page(chart(x=(), series=()))


def test_a_radar_is_drawn_without_script() -> None:
    shown = chart(kind="radar", unit="ratio", x=("a", "b", "c"), notes=("<b>", "two", "three"))
    html = page(shown, script=False)
    assert html.count("<circle") == 2
    assert "<title>&lt;b&gt;</title>" in html
    assert "data-chart" not in page(shown)


def test_the_table_has_units_zone_and_links() -> None:
    t = texts("en")
    shown = chart(tz="America/Bogota", links=("/a", None, "/c"))
    assert heads(shown, t)[0].endswith("(America/Bogota)")
    assert heads(shown, t)[1] == "p50 (s)"
    assert rows(shown, t)[0] == ("1969-12-31 19:00", "/a", ["0.5"])
    assert rows(chart(unit="ratio"), texts("es"))[2][2] == ["125"]
    assert rows(chart(x=("a", "b", "c")), t)[1] == ("b", None, ["–"])


@pytest.mark.parametrize(
    ("value", "unit", "decimal", "text"),
    [
        (0.1 + 0.2, "seconds", ".", "0.3"),
        (1e-9, "dollars", ".", "0.000000001"),
        (12_345_678.0, "bytes", ",", "12.345.678"),
        (1234.5, "tokens_per_second", ",", "1.234"),
        (0.99951, "ratio", ".", "99.95"),
        (-2.5, "count", ".", "-2.5"),
    ],
)
def test_numbers_have_four_digits_and_no_exponent(value: float, unit: charts.Unit, decimal: str, text: str) -> None:
    assert number(value, unit, decimal) == text
