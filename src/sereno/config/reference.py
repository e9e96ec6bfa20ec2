"""`docs/configuration.md`, written from the table; a test writes it again and compares."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc

from sereno.config.setting import Setting
from sereno.config.table import DEFAULT_UPSTREAM, SECTIONS, SETTINGS, UPSTREAM_ROW

_HEAD = """\
# Configuration

<!-- Written by `sereno config docs`; edit src/sereno/config/sections instead. -->

Sereno runs without any configuration. What you set comes from four places; a later one wins:

1. the defaults below;
2. a TOML file: the one that `--config` or `SERENO_CONFIG` names, else `./sereno.toml`, else
   `~/.config/sereno/sereno.toml`;
3. the environment: `gateway.listen` is `SERENO_GATEWAY_LISTEN`;
4. the command line: the options named below, or `--set gateway.idle_timeout=30s` for any setting.

A name that does not exist is an error, with the nearest one that does. `sereno config show` prints every value with
where it came from, `sereno config check` only whether all is well.

```toml
data = "/var/lib/sereno"

[gateway]
listen = "127.0.0.1:11434"
workers = 2

[upstreams.ollama]
url = "http://127.0.0.1:11435"

[upstreams.gpu]
url = "http://gpu.example.org:8000"
models = ["qwen*", "llama-4*"]

[prices.gpu]
models = ["qwen*"]
per_hour = 0.8

[retention]
bodies_days = 30
```

**Sizes** are numbers of bytes or text such as `"64MiB"`; **durations** are numbers of seconds or text such as `"30s"`,
`"5m"`, `"250ms"`; **addresses** are `HOST:PORT`, IPv6 in brackets; a relative **path** starts at the folder of the file
that names it; in the environment and on the command line a **list** is separated by commas.
A **secret** stands in the file or the environment, or in a file of its own that `NAME_file` names; never on the command
line, which every user of the machine can read.

`--upstream [NAME=]URL` and `SERENO_UPSTREAM` (with commas) name the model servers in use: those of earlier places that
they do not name are left out, those that they name keep their other settings. Without a name it is `default`.
In a variable a model server's name stands in the middle: `SERENO_UPSTREAMS_GPU_MODELS`.
"""


def reference() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_sections()])


def _sections() -> Iterator[str]:
    for section, record in SECTIONS.items():
        rows = [row for row in SETTINGS if row.name.rpartition(".")[0] == section]
        title = f"`[{section}]`" if section else "Top of the file"
        text = cleandoc(record.__doc__ or "") if section else "Before the first `[section]`."
        yield f"## {title}\n\n{text}\n"
        yield "| name | kind | default | what it does |\n|---|---|---|---|"
        for row in rows:
            yield f"| {_name(row)} | {row.kind.name} | {_default(row)} | {row.help} |"
        yield ""


def _name(row: Setting) -> str:
    names = f"`{row.name}`"
    if row.secret:
        names += f", `{row.name}_file`"
    return f"{names}, `{row.option}`" if row.option else names


def _default(row: Setting) -> str:
    if row.name == f"{UPSTREAM_ROW}.url":
        return f"`{DEFAULT_UPSTREAM.url}` when there is none at all"
    shown = row.kind.show(row.default)
    return f"`{shown}`" if shown else "empty"
