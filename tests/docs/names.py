"""What a name in a page stands for, looked up where it is defined: setting, command, path, metric, alert, column …"""

from __future__ import annotations

import re
import shlex
import sqlite3
import warnings
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from starlette.routing import Route
from typer.main import get_command

from api.double import KeeperDouble, MemoryStore
from sereno import conventions
from sereno.alerts.catalogue import groups
from sereno.alerts.thresholds import Thresholds
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.cli.commands import COMMANDS
from sereno.config.table import BY_NAME, SECTIONS
from sereno.web.app import mount

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
HEADERS = {
    value.decode().lower()
    for name, value in vars(conventions).items()
    if name.endswith("_HEADER") and isinstance(value, bytes)
}
GATEWAY = {conventions.HEALTH_PATH, conventions.READY_PATH}
"""Paths that the gateway answers itself."""


def paths() -> set[str]:
    """Every path that keeper and gateway answer, as their routers write it."""
    app = create_app(KeeperDouble(MemoryStore([])), ApiOptions())
    mount(app, KeeperDouble(MemoryStore([])))
    return {*app.openapi()["paths"], *(route.path for route in app.routes if isinstance(route, Route)), *GATEWAY}


def columns() -> set[str]:
    """`analytics.COLUMN` for every column of the view for SQL by hand."""
    store = sqlite3.connect(":memory:")
    try:
        for file in sorted(files("sereno.store.sqlite").joinpath("migrations").iterdir(), key=lambda file: file.name):
            store.executescript(file.read_text("utf-8"))
        names = [column[0] for column in store.execute("SELECT * FROM analytics").description]
    finally:
        store.close()
    return {f"analytics.{name}" for name in names}


def is_command(text: str) -> bool:
    """Whether `sereno WORDS` names a command and only options that it has."""
    words = shlex.split(text)[1:]
    if not words or words[0] not in COMMANDS:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Grafana's SDK deprecates its own module as it is imported
        command = get_command(COMMANDS[words[0]].app())
    words = words[1:]
    below = getattr(command, "commands", {})
    if below and words:
        if words[0] not in below:
            return False
        command, words = below[words[0]], words[1:]
    options = {option for parameter in command.params for option in parameter.opts}
    return all(word in options for word in words if word.startswith("-"))


def is_metric(text: str) -> bool:
    """Whether a metric has this name and, where some are written, these labels and no others."""
    found = re.fullmatch(r"(\w+?)(?:_bucket|_count|_sum)?(?:\{([\w,]+)\})?", text)
    metric = conventions.METRIC.get(found[1]) if found else None
    if found is None or metric is None:
        return False
    return found[2] is None or set(found[2].split(",")) == set(metric.labels)


KNOWN_PATHS, KNOWN_COLUMNS = paths(), columns()
ALERTS = {rule.name for group in groups(Thresholds()) for rule in group.rules}
KINDS: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
    ("command", r"sereno .+", is_command),
    ("make target", r"make .+", lambda text: re.search(rf"^{text[5:]}:", MAKEFILE, re.MULTILINE) is not None),
    ("path", r"/.*", KNOWN_PATHS.__contains__),
    ("header", r"X-Sereno-\w+", lambda text: text.lower() in HEADERS),
    ("alert", r"[A-Z][A-Za-z]+[A-Z][a-z]+", ALERTS.__contains__),
    ("column", r"analytics\.\w+", KNOWN_COLUMNS.__contains__),
    ("file of the repository", r"deploy/\S+", lambda text: (ROOT / text).is_file()),
    ("file", r"sereno\.db", lambda text: text == conventions.SQLITE_FILE),
    ("setting", rf"(?:{'|'.join(name.partition('.')[0] for name in SECTIONS if name)})\.\S+", BY_NAME.__contains__),
    ("metric", r"(?:llm|ollama|sereno|agent|drift|finetuning|lora)_\w+(?:\{[\w,]+\})?", is_metric),
)
"""What a name is by its form, and whether there is one of that name."""


def kind(text: str) -> tuple[str, bool] | None:
    """What a name is and whether it exists; None where its form tells nothing."""
    for name, form, exists in KINDS:
        if re.fullmatch(form, text):
            return name, exists(text)
    return None
