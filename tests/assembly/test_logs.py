"""One line a message, whatever it holds."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.assembly.logs import Lines, start_log
from sereno.config.sections.log import Log
from sereno.errors import ConfigError

SHAPE = re.compile(r"2026-11-21T03:47:31\.123Z (INFO|WARNING|ERROR) +gateway/0  ")


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    for handler in root.handlers:
        if handler not in before:
            handler.close()
    root.handlers[:] = before
    root.setLevel(level)


def record(message: str, *arguments: object) -> logging.LogRecord:
    made = logging.LogRecord("x", logging.INFO, "f", 1, message, arguments, None)
    made.created = 1795232851.123456
    return made


@given(st.text())
def test_a_message_is_one_line_without_control_characters(text: str) -> None:
    line = Lines("gateway/0").format(record("said %s", text))
    assert SHAPE.match(line)
    assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]", line)


def test_a_traceback_keeps_its_lines() -> None:
    made = record("failed")
    made.exc_info = (ValueError, ValueError("x"), None)
    assert Lines("keeper").format(made).splitlines()[-1] == "ValueError: x"


def test_lines_go_to_the_file_also_after_it_was_moved_away(tmp_path: Path) -> None:
    file = tmp_path / "log"
    start_log(Log(file=file, level="warning"), "keeper")
    logging.getLogger("a").warning("one")
    logging.getLogger("a").info("not this")
    file.rename(tmp_path / "log.1")
    logging.getLogger("a").error("two")
    assert (tmp_path / "log.1").read_text().endswith("WARNING keeper     one\n")
    assert file.read_text().endswith("ERROR   keeper     two\n")


def test_lines_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    start_log(Log(), "up")
    logging.getLogger("a").info("hello")
    assert capsys.readouterr().err.endswith("INFO    up         hello\n")


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"log\.file is .*, which cannot be written: Is a directory"):
        start_log(Log(file=tmp_path), "up")
