"""Templates are compiled once a process, and anew when their source is another."""

from __future__ import annotations

from types import CodeType

import pytest
from jinja2 import DictLoader, Environment

from sereno.web.template_code import TemplateCode


class Counting(Environment):
    """An environment that notes what it compiles."""

    def __init__(self, sources: dict[str, str], code: TemplateCode) -> None:
        super().__init__(loader=DictLoader(sources), autoescape=True, bytecode_cache=code)
        self.compiled: list[str] = []

    def _compile(self, source: str, filename: str) -> CodeType:
        self.compiled.append(source)
        return super()._compile(source, filename)


def test_a_second_environment_compiles_nothing_and_renders_its_own_values() -> None:
    code, sources = (
        TemplateCode(),
        {"a": "{% import 'b' as b with context %}{{ b.x }}{{ own }}", "b": "{% set x = '<' %}"},
    )
    first, second = Counting(sources, code), Counting(sources, code)
    first.globals["own"], second.globals["own"] = "one", "two"
    assert first.get_template("a").render() == "&lt;one"
    assert second.get_template("a").render() == "&lt;two"
    assert (len(first.compiled), second.compiled) == (2, [])


@pytest.mark.parametrize("name", ["a", "b"])
def test_another_source_or_name_is_not_taken_for_it(name: str) -> None:
    code = TemplateCode()
    assert Counting({"a": "old"}, code).get_template("a").render() == "old"
    assert Counting({name: "new"}, code).get_template(name).render() == "new"
