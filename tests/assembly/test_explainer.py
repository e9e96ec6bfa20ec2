"""Settings to an explainer: pictures, who sees, certificates, prompts; and what is wrong with them, by name."""

from __future__ import annotations

from pathlib import Path

import certifi  # any real bundle will do; httpx brings this one
import pytest
from msgspec.structs import replace

from sereno.assembly import explainer as assembled
from sereno.assembly.explainer import chat_options, explainer_of, prompts_of
from sereno.config.sections.explain import Explain
from sereno.config.table import Settings
from sereno.errors import ConfigError

ELSEWHERE = Explain(url="https://models.example:8443")


def settings(folder: Path, explain: Explain) -> Settings:
    return replace(Settings(), data=folder, explain=explain)


def test_pictures_without_matplotlib_are_refused_only_if_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assembled, "can_draw", lambda: False)
    for picture in ("auto", "no"):
        explainer_of(settings(tmp_path, Explain(picture=picture)), lambda: 0.0)
    with pytest.raises(ConfigError, match=r"explain.picture is yes.*pip install 'sereno\[explain\]'"):
        explainer_of(settings(tmp_path, Explain(picture="yes")), lambda: 0.0)


@pytest.mark.parametrize(("vision", "expected"), [("yes", True), ("no", False), ("auto", None)])
def test_who_sees_may_be_settled(tmp_path: Path, vision: str, expected: bool | None) -> None:
    assert chat_options(settings(tmp_path, replace(ELSEWHERE, vision=vision))).vision is expected


def test_certificates_of_ones_own(tmp_path: Path) -> None:
    trusted = chat_options(settings(tmp_path, replace(ELSEWHERE, ca_file=Path(certifi.where())))).tls
    assert trusted is not None
    assert trusted.check_hostname
    assert chat_options(settings(tmp_path, ELSEWHERE)).tls is None
    (tmp_path / "none.pem").write_text("no certificate")
    for path in (tmp_path / "gone.pem", tmp_path / "none.pem"):
        with pytest.raises(ConfigError, match=r"explain.ca_file: .*expected certificates in PEM"):
            chat_options(settings(tmp_path, replace(ELSEWHERE, ca_file=path)))


def test_another_server_never_gets_the_mark(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-1\n")
    options = chat_options(settings(tmp_path, replace(ELSEWHERE, key_file=tmp_path / "key")))
    assert (options.marks, options.key) == ((), "sk-1")
    with pytest.raises(ConfigError, match=r"explain.key_file: .*cannot be read"):
        chat_options(settings(tmp_path, replace(ELSEWHERE, key_file=tmp_path / "gone")))


def test_prompts_of_ones_own_replace_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "trends.txt").write_text("{facts} in {language}")
    (tmp_path / "README").write_text("not a prompt")
    assert prompts_of(tmp_path) == {"trends": "{facts} in {language}"}
    assert prompts_of(None) == {}
    (tmp_path / "trends.txt").write_text("{secrets}")
    with pytest.raises(ConfigError, match=r"explain.prompts_dir: trends.txt names \{secrets\}; expected one of"):
        prompts_of(tmp_path)
    with pytest.raises(ConfigError, match=r"explain.prompts_dir: .*cannot be read"):
        prompts_of(tmp_path / "gone")
