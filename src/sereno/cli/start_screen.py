"""What `sereno up` prints when all is ready."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

from sereno import __version__
from sereno.assembly.up import Addresses
from sereno.assembly.upstream import check_upstream
from sereno.config import Settings
from sereno.config.public import public_url, reachable
from sereno.config.sections.upstream import Upstream
from sereno.metrics.ollama import ServerState


def show_start(settings: Settings, addresses: Addresses) -> None:
    """Print where clients point, where the pages are, how the model servers are."""
    colour = sys.stdout.isatty()
    print(start_screen(settings, addresses, [check_upstream(u) for u in settings.upstreams], colour=colour), flush=True)


def start_screen(settings: Settings, addresses: Addresses, states: list[ServerState], *, colour: bool) -> str:
    """The text, at most 80 columns wide with ordinary names."""
    gateway = public_url(settings, addresses.gateway)
    bold, dim, end = ("\x1b[1m", "\x1b[2m", "\x1b[0m") if colour else ("", "", "")
    lines = [
        f"{bold}Sereno {__version__} is up{end}",
        "",
        f"  clients   {bold}{gateway}{end}",
        f"  pages     {bold}{gateway}/sereno{end}  {dim}(also on {reachable(addresses.keeper)}){end}",
        f"  metrics   {gateway}/metrics",
    ]
    heading = "servers"
    hints: list[str] = []
    for upstream, state in zip(settings.upstreams, states, strict=True):
        lines.append(f"  {heading:<8}  {upstream.url}  {dim}{described(state)}{end}")
        heading = ""
        hints += hint(upstream, state)
    lines.append(f"  data      {settings.data}")
    if hints:
        lines += ["", *(f"  {line}" for line in hints)]
    return "\n".join([*lines, "", f"{dim}Ctrl-C lets running answers end, then stops.{end}"])


def described(state: ServerState) -> str:
    """A model server in a few words: what it is and has, or that it does not answer."""
    if not state.up:
        return "does not answer"
    what = {"ollama": "Ollama", "openai": "OpenAI API"}.get(state.api or "", "answers")
    version = f" {state.version}" if state.version else ""
    models = "" if state.installed is None else f", {len(state.installed)} model{'s' * (len(state.installed) != 1)}"
    return f"{what}{version}{models}"


def hint(upstream: Upstream, state: ServerState) -> Iterator[str]:
    """What to do about a model server that does not answer."""
    if state.up:
        return
    parts = urlsplit(upstream.url)
    yield f"{upstream.url} does not answer yet; until it does, calls get 502."
    if parts.hostname in {"127.0.0.1", "localhost", "::1"}:
        yield f"To start an Ollama there:  OLLAMA_HOST={parts.netloc} ollama serve"
