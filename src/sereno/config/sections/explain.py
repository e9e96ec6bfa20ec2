"""`[explain]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from pathlib import Path
from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.setting import Setting


# fmt: off
class Explain(msgspec.Struct, frozen=True, kw_only=True):
    """Charts explained, by templates or by a model: [explain](explain.md)."""

    url: Annotated[str | None, Setting(kinds.optional(kinds.url()),
        "Model server that narrates; `off`: the gateway itself, where Sereno's own calls are counted apart.",
        "--model-url")] = None
    api: Annotated[str, Setting(kinds.choice("auto", "ollama", "openai", "anthropic"),
        "Which API it speaks; `auto` finds out.")] = "auto"
    model: Annotated[str, Setting(kinds.text(),
        "Model that narrates when a request names none; empty: templates, at once.")] = ""
    key_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File with the key that the model server wants.")] = None
    ca_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "Certificates (PEM) that the model server's own must chain to.")] = None
    vision: Annotated[str, Setting(kinds.choice("auto", "yes", "no"),
        "Whether the models take pictures; `auto`: as the server says, or known by their names.")] = "auto"
    picture: Annotated[str, Setting(kinds.choice("auto", "yes", "no"),
        "Whether a model that sees gets a picture drawn of the chart; `auto`: where matplotlib is installed "
        "(`pip install 'sereno[explain]'`).")] = "auto"
    prompts_dir: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "Folder of your own prompts, which replace the built-in ones file by file.")] = None
    strict: Annotated[bool, Setting(kinds.boolean(),
        "Whether sentences with a number that no fact supports are withheld.")] = False
    timeout: Annotated[float, Setting(kinds.duration(0.1),
        "Longest silence of the model, loading included.")] = 120.0
    max_tokens: Annotated[int, Setting(kinds.integer(1, 100_000),
        "Longest answer of the model.")] = 1024
    concurrency: Annotated[int, Setting(kinds.integer(1, 1000),
        "Answers of the model at once; more get 503.")] = 2
    per_minute: Annotated[int | None, Setting(kinds.optional(kinds.integer(1, 100_000)),
        "Answers of the model begun in a minute; more get 429.")] = 30
    history_days: Annotated[int | None, Setting(kinds.optional(kinds.integer(1, 36_500)),
        "Days an explanation is remembered.")] = 90
# fmt: on
