"""What settings tell a keeper."""

from __future__ import annotations

from pathlib import Path

from sereno.assembly.keeper import api_options, enrichers_of, keeper_options
from sereno.config import Loaded, load
from store.made import a_call


def loaded(folder: Path, toml: str) -> Loaded:
    (folder / "sereno.toml").write_text(toml)
    return load(environ={}, cwd=folder, home=folder)


def test_programs_on_this_machine_read_unless_told_otherwise(tmp_path: Path) -> None:
    assert api_options(loaded(tmp_path, "").settings).access.loopback_reads
    assert not api_options(loaded(tmp_path, "api.loopback_reads = false").settings).access.loopback_reads


def test_the_address_of_the_gateway_is_shown_as_it_is_in_force(tmp_path: Path) -> None:
    def shown(toml: str) -> str:
        return {one.name: one.value for one in keeper_options(loaded(tmp_path, toml)).settings}["gateway.public_url"]

    assert shown("") == "http://127.0.0.1:11434"
    assert shown("gateway.public_url = 'https://llm.example.org/'") == "https://llm.example.org"


def test_calls_get_category_then_price(tmp_path: Path) -> None:
    toml = """
    [categories.cooking]
    words = ["recipe"]
    [prices.all]
    models = ["*"]
    input = 1.0
    output = 1.0
    """
    enrichers = enrichers_of(loaded(tmp_path, toml).settings)
    assert list(enrichers) == ["category", "price"]
    call = a_call(prompt="a recipe, please")
    for enrich in enrichers.values():
        call = enrich(call)
    assert (call.category, call.cost_source) == ("cooking", "local:all")


def test_categories_can_be_one_s_own_alone_or_off(tmp_path: Path) -> None:
    own = "[keeper]\ncategories = 'own'\n[categories.cooking]\nwords = ['recipe']\n"
    categoriser = keeper_options(loaded(tmp_path, own)).categoriser
    assert categoriser is not None
    assert categoriser.names == ("cooking", "other")
    off = keeper_options(loaded(tmp_path, "keeper.categories = 'off'"))
    assert off.categoriser is None
    assert list(off.enrichers) == ["price"]
