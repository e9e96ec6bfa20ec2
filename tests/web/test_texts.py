"""The texts of pages: both languages, each key in one part only."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

from sereno.web.texts import PARTS, texts


def test_every_text_is_in_both_languages() -> None:
    assert all(both[0].strip() or both[1].strip() == "" for part in PARTS.values() for both in part.values())
    assert texts("en").keys() == texts("es").keys()


def test_a_key_stands_in_one_part() -> None:
    counted = Counter(key for part in PARTS.values() for key in part)
    assert [key for key, times in counted.items() if times > 1] == []


def test_translations_keep_their_placeholders() -> None:
    for part in PARTS.values():
        for key, (english, spanish) in part.items():
            found = [sorted(re.findall(r"\{[a-z_]+\}", text)) for text in (english, spanish)]
            assert found[0] == found[1], key


def test_templates_use_no_text_that_is_not_there() -> None:
    known = texts("en").keys()
    for item in (files("sereno.web") / "templates").iterdir():
        used = set(re.findall(r"\bt\.([a-z_][a-z0-9_]*)", item.read_text("utf-8")))
        assert used <= known | {"items", "get"}, (item.name, used - known)


def test_no_key_hides_behind_a_method_of_dict() -> None:
    assert [key for key in texts("en") if hasattr(dict, key)] == []


def test_no_text_is_left_that_nothing_shows() -> None:
    """A key stands whole in code or template, or is put together there of a beginning or an end and a variable."""
    web = Path(str(files("sereno.web")))
    sources = [*web.glob("*.py"), *web.glob("pages/*.py"), *web.glob("templates/*.html")]
    code = "\n".join(source.read_text("utf-8") for source in sources)
    whole = set(re.findall(r"[a-z][a-z0-9_]*", code))
    begun = tuple({m[1] for m in re.finditer(r"""["']([a-z_0-9]+_)(?:\{|["'] ~)""", code)})
    ended = tuple({m[1] for m in re.finditer(r"""\}((?:_[a-z0-9]+)+)["']""", code)})
    assert [k for k in texts("en") if k not in whole and not k.startswith(begun) and not k.endswith(ended)] == []
