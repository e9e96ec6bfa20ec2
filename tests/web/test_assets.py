"""Files of the pages: hashed for ever, asked again otherwise, in the coding that fits, and honest when not built."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import get_args

import brotli
import pytest
from jinja2 import Environment
from starlette.responses import Response

from sereno.query.view import HealthStatus
from sereno.web.assets import BASE, CSP, STYLES, Assets
from sereno.web.charts import Tone

SCRIPT = b"console.log(1)" * 200


def folder(tmp_path: Path, *, built: bool = True) -> Path:
    made = tmp_path / "static"
    made.mkdir()
    (made / "sereno.css").write_bytes(b"a{color:red}")
    (made / "charts.css").write_bytes(b"b{color:blue}")
    (made / "mark.svg").write_bytes(b"<svg/>")
    (made / "notes.md").write_bytes(b"not served")
    if built:
        build = made / "build"
        build.mkdir()
        (build / "manifest.json").write_text(json.dumps({"sereno.js": "sereno-ABCDEFGH.js"}))
        (build / "sereno-ABCDEFGH.js").write_bytes(SCRIPT)
        (build / "sereno-ABCDEFGH.js.br").write_bytes(brotli.compress(SCRIPT))
        (build / "sereno-ABCDEFGH.js.gz").write_bytes(gzip.compress(SCRIPT))
        (build / "licences.txt").write_text("terms")
    return made


def get(assets: Assets, name: str, **headers: str) -> Response:
    answer = assets.answer(name, {key.replace("_", "-"): value for key, value in headers.items()})
    assert answer is not None
    return answer


def test_a_built_file_is_served_for_ever_in_each_coding(tmp_path: Path) -> None:
    assets = Assets(folder(tmp_path))
    assert assets.missing is None
    assert assets.address("sereno.js") == BASE + "sereno-ABCDEFGH.js"
    for accept, coding, read in (
        ("br, gzip", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("", None, bytes),
    ):
        answer = get(assets, "sereno-ABCDEFGH.js", accept_encoding=accept)
        assert answer.headers.get("content-encoding") == coding
        assert read(bytes(answer.body)) == SCRIPT
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["vary"] == "Accept-Encoding"


def test_the_styles_are_one_file_named_for_its_content(tmp_path: Path) -> None:
    assets = Assets(folder(tmp_path))
    body = b"a{color:red}\nb{color:blue}"
    assert assets.address("sereno.css") == f"{BASE}sereno-{hashlib.sha256(body).hexdigest()[:8]}.css"
    answer = get(assets, assets.address("sereno.css").removeprefix(BASE))
    assert (answer.body, answer.headers["content-type"]) == (body, "text/css; charset=utf-8")
    assert assets.address("charts.css") == ""


def test_a_plain_name_is_asked_for_again_and_answered_by_its_tag(tmp_path: Path) -> None:
    assets = Assets(folder(tmp_path))
    first = get(assets, "mark.svg", accept_encoding="br")
    assert first.headers["cache-control"] == "no-cache"
    tag = first.headers["etag"]
    for asked in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = get(assets, "mark.svg", accept_encoding="br", if_none_match=asked)
        assert (again.status_code, again.body, again.headers["etag"]) == (304, b"", tag)
    assert get(assets, "mark.svg", if_none_match=tag).status_code == 200  # another coding is another representation


@pytest.mark.parametrize(
    "name", ["notes.md", "manifest.json", "build/manifest.json", "../assets.py", "sereno.css\0", ""]
)
def test_nothing_else_is_served(tmp_path: Path, name: str) -> None:
    assert Assets(folder(tmp_path)).answer(name, {}) is None


def test_without_a_build_pages_have_no_script_and_it_is_said(tmp_path: Path) -> None:
    assets = Assets(folder(tmp_path, built=False))
    assert assets.address("sereno.js") == ""
    assert assets.missing is not None
    assert "make setup" in assets.missing
    assert assets.address("sereno.css")


@pytest.mark.parametrize("broken", ["sereno-ABCDEFGH.js.br", "licences.txt", "manifest.json"])
def test_half_a_build_is_none(tmp_path: Path, broken: str) -> None:
    static = folder(tmp_path)
    path = static / "build" / broken
    path.unlink() if broken != "manifest.json" else path.write_text("{")
    assert Assets(static).missing is not None


def test_templates_ask_by_plain_name(tmp_path: Path) -> None:
    environment = Environment(autoescape=True)
    Assets(folder(tmp_path)).add_to(environment)
    assert environment.from_string('{{ asset("sereno.js") }}').render() == BASE + "sereno-ABCDEFGH.js"


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    sources = {name: values for name, *values in (part.split() for part in CSP.split(";"))}
    assert sources["default-src"] == ["'none'"]
    assert {value for values in sources.values() for value in values} == {"'none'", "'self'", "data:"}
    assert "data:" not in sources["script-src"] + sources["style-src"]


def test_the_real_build_is_within_its_budget() -> None:
    assets = Assets()
    assert assets.missing is None
    weights = {}
    for name in ("sereno.js", "charts.js", "sereno.css"):
        answer = get(assets, assets.address(name).removeprefix(BASE), accept_encoding="br")
        weights[name] = len(answer.body)
    assert weights["sereno.js"] <= 30_000
    assert weights["charts.js"] <= 200_000
    assert sum(weights.values()) <= 250_000


def test_the_terms_of_what_is_bundled_are_served() -> None:
    text = bytes(get(Assets(), "licences.txt").body).decode()
    for name in ("echarts", "htmx.org", "zrender"):
        assert f"{name} " in text
    assert "Apache ECharts" in text  # its NOTICE


def test_all_style_files_are_there() -> None:
    static = Path(__file__).parents[2] / "src" / "sereno" / "web" / "static"
    assert {path.name for path in static.glob("*.css")} == set(STYLES)


def test_no_class_is_styled_that_nothing_has() -> None:
    web = Path(__file__).parents[2] / "src" / "sereno" / "web"
    places = ("*.py", "pages/*.py", "templates/*.html", "browser/*.ts")
    code = "\n".join(path.read_text("utf-8") for place in places for path in web.glob(place))
    words = set(re.findall(r"[A-Za-z][\w-]*", code))
    words |= {*get_args(HealthStatus), *(f"tone-{tone}" for tone in get_args(Tone))}
    style = "".join((web / "static" / name).read_text("utf-8") for name in STYLES)
    assert set(re.findall(r"\.([a-zA-Z][\w-]*)(?=[^{};]*\{)", style)) - words == set()
