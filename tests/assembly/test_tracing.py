"""Settings become what the keeper is told about spans, and wrong files are told at the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from sereno.assembly.tracing import span_options
from sereno.config import load
from sereno.config.table import Settings
from sereno.errors import ConfigError


def settings(tmp_path: Path, text: str) -> Settings:
    (tmp_path / "sereno.toml").write_text(text)
    return load(environ={}, cwd=tmp_path, home=tmp_path, options=[], config=str(tmp_path / "sereno.toml")).settings


def test_nothing_is_sent_unless_asked_for(tmp_path: Path) -> None:
    assert span_options(settings(tmp_path, "")) is None


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "headers").write_text("Authorization: Bearer t\n")
    told = span_options(
        settings(
            tmp_path,
            """
            [tracing]
            endpoint = "https://collector:4317"
            protocol = "grpc"
            headers_file = "headers"
            content = "messages"
            max_age = "off"
            service = "night"
            [upstreams.default]
            url = "http://10.0.0.7:11434"
            """,
        )
    )
    assert told is not None
    assert (told.endpoint.url, told.endpoint.protocol) == ("https://collector:4317", "grpc")
    assert told.endpoint.headers == (("authorization", "Bearer t"),)
    assert (told.content, told.max_age, told.service) == ("messages", None, "night")
    assert told.servers["default"].address == "10.0.0.7"


@pytest.mark.parametrize("name", ["headers_file", "ca_file"])
def test_files_that_are_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=rf"tracing\.{name} "):
        span_options(settings(tmp_path, f'[tracing]\nendpoint = "http://c:4318"\n{name} = "missing"\n'))
