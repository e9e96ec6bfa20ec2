"""YAML becomes fields with places; nothing a file holds can do more than be refused."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import pytest

from sereno.slo.document import documents
from sereno.slo.spec import SpecError


def test_scalars_mean_what_they_say_not_what_yaml_11_makes_of_them() -> None:
    fields = documents("{country: no, ratio: 99.5, time: 1:30, octal: 010, long: 0.1000000000000000055}", "f")[0]
    assert fields.text("country") == "no"
    assert fields.text("time") == "1:30"
    assert fields.text("octal") == "010"
    assert fields.decimal("ratio", "a number") == Decimal("99.5")
    assert fields.decimal("long", "a number") == Decimal("0.1000000000000000055")


def test_an_unknown_field_is_told_with_its_place_and_the_nearest() -> None:
    fields = documents("a: 1\nslos:\n  - nmae: x\n", "dir/f.yaml")[0]
    fields.text("a")
    item = next(iter(fields.items("slos")))
    with pytest.raises(
        SpecError, match=r"^dir/f\.yaml:3: slos\[0\]\.name: is missing, nmae stands here; expected text$"
    ):
        item.text("name")
    with pytest.raises(SpecError, match=r"^dir/f\.yaml:3: slos\[0\]\.nmae: is no field here; did you mean name\?$"):
        item.done()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\na: 2\n", "f:2: a: stands here twice; expected once"),
        ("a: [1\n", "f:2: is no YAML"),
        ("a: 'x\n", "f:2: is no YAML"),
        ("- a\n", "f:1: is a list; expected fields"),
        ("just words", "f:1: 'just words'; expected fields"),
        ("a: \x00", "f:1: is no YAML"),
        ("a: &x [*x]\nb: *y\n", "f:2: is no YAML: found undefined alias"),
        ("a: " + "[" * 1001 + "]" * 1001, "f:1: is nested deeper than 1000 levels"),
        ("- " * 3000 + "x", "f:1: is nested deeper than 1000 levels"),
        ("\n".join(" " * n + "a:" for n in range(1100)), "f:1002: is nested deeper than 1000 levels"),
    ],
)
def test_what_is_no_spec_is_refused_with_its_line(text: str, told: str) -> None:
    with pytest.raises(SpecError) as caught:
        documents(text, "f")
    assert str(caught.value).startswith(told)


def test_deep_nesting_never_reaches_the_composer() -> None:
    # In a process of its own: a composer's stack overflow would take the test run along.
    script = (
        "from sereno.slo.document import documents\nfrom sereno.slo.spec import SpecError\n"
        "for text in ('[' * 10**6, '- ' * 10**6, '{a: ' * 10**6, '? ' * 10**6, '[\\n' * 10**6):\n"
        "    try: documents(text, 'f')\n    except SpecError: print('no')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "no\n" * 5)


def test_an_alias_that_holds_itself_is_only_a_list() -> None:
    fields = documents("slos: &x\n  - *x\n", "f")[0]
    with pytest.raises(SpecError, match="is a list; expected fields"):
        list(fields.items("slos"))


@pytest.mark.parametrize("number", ["nan", "inf", "1_000", "1e999999999", "0x10", "", "1" * 40])
def test_odd_numbers_are_refused(number: str) -> None:
    with pytest.raises(SpecError, match="expected a number"):
        documents(f"a: '{number}'", "f")[0].decimal("a", "a number")
