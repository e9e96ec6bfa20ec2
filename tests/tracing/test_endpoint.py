"""The file of header fields: read, and refused without showing what is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sereno.errors import ConfigError
from sereno.tracing.endpoint import read_headers


def test_one_field_a_line(tmp_path: Path) -> None:
    path = tmp_path / "headers"
    path.write_text("# for the cloud\nAuthorization: Bearer a:b=c\n\nX-Scope-OrgID:7\n")
    assert read_headers(path) == (("authorization", "Bearer a:b=c"), ("x-scope-orgid", "7"))


@pytest.mark.parametrize("text", ["secret-token\n", "na me: secret-token\n", "a: secret-token\x07\n", ": secret-token"])
def test_what_is_no_field_is_told_by_its_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "headers"
    path.write_text("ok: 1\n" + text)
    with pytest.raises(ConfigError, match="line 2 is no header field; expected NAME: VALUE") as told:
        read_headers(path)
    assert "secret-token" not in str(told.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"tracing\.headers_file .* cannot be read"):
        read_headers(tmp_path / "none")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_headers(tmp_path / "binary")
