"""`sereno lora`: versions of adapters: import, compare, promote, roll back, serve."""

from __future__ import annotations

import getpass
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from sereno.artifacts.base import base_digest_of
from sereno.artifacts.importing import import_adapter
from sereno.artifacts.lookup import found
from sereno.artifacts.promotion import promote, roll_back
from sereno.assembly.lora import Kind, gate_of, registry, server_of
from sereno.cli.lora_text import (
    print_adapter,
    print_comparison,
    print_imported,
    print_json,
    print_list,
    print_log,
    print_promotion,
)
from sereno.cli.options import settings
from sereno.cli.web_address import web_address
from sereno.config import Loaded
from sereno.errors import ConfigError
from sereno.lora.document import AdapterError
from sereno.lora.paired import Paired, read_paired
from sereno.query.adapters import adapter_comparison, adapter_detail, adapter_list, adapter_log, log_message
from sereno.query.evaluations import paired_of_runs
from sereno.query.problems import Problem
from sereno.query.times import rfc3339
from sereno.store.ledger import Ledger, lora_figures

app = typer.Typer(help="Versions of LoRA adapters.", no_args_is_help=True, add_completion=False)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Version = Annotated[str, typer.Argument(help="A version, or champion, candidate, previous.")]
BaseModel = Annotated[str | None, typer.Option("--base-model", metavar="NAME", help="Of this base model.")]
MOST_EVALUATION = 256 * 1024 * 1024


@app.command("import")
@settings("data")
def import_(
    loaded: Loaded,
    location: Annotated[str, typer.Argument(metavar="DIR", help="PEFT folder, GGUF file, or s3://BUCKET/PREFIX.")],
    *,
    version: Annotated[
        str | None, typer.Option("--as", metavar="VERSION", help="Its name; the folder's by default.")
    ] = None,
    base_model: Annotated[str | None, typer.Option(metavar="NAME", help="Instead of what the files say.")] = None,
    base: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The base model's GGUF file or folder, to note its digest.")
    ] = None,
    base_digest: Annotated[str | None, typer.Option(metavar="sha256:…", help="That digest, where it is known.")] = None,
    job: Annotated[str | None, typer.Option(metavar="ID", help="Of the training that made it.")] = None,
    as_json: Json = False,
) -> None:
    """Keep an adapter as a version that never changes. Weights are hashed, never loaded; a pickle is refused.

    The newest version of a base model becomes its candidate. The same files again change nothing.
    """
    if base is not None and base_digest is not None:
        raise ConfigError("--base and --base-digest say the same; give one of them")
    digest = base_digest_of(base) if base is not None else base_digest
    with registry(loaded.settings, make=True) as (ledger, store):
        done = import_adapter(
            ledger, location, now=time.time(), version=version, base_model=base_model, base_digest=digest, job=job,
            actor=_person(),
        )  # fmt: skip
        detail = adapter_detail(ledger, store, done.adapter.version, time.time())
    if as_json:
        print_json(detail)
        return
    print_imported(detail, existing=done.existing)


@app.command("list")
@settings("data")
def list_(loaded: Loaded, *, base_model: BaseModel = None, as_json: Json = False) -> None:
    """List versions, the newest first."""
    with registry(loaded.settings, read_only=True) as (ledger, _):
        rows = adapter_list(ledger, base_model)
    if as_json:
        print_json(rows)
    elif rows or not sys.stdout.isatty():
        print_list(rows)
    else:
        print("No adapters yet. sereno lora import DIR brings one in.")


@app.command("show")
@settings("data")
def show(loaded: Loaded, version: Version, *, as_json: Json = False) -> None:
    """Show a version: settings, training, files, what its traffic adds up to, what was done with it."""
    with registry(loaded.settings, read_only=True) as (ledger, store):
        detail = adapter_detail(ledger, store, found(ledger, version).version, time.time())
    if as_json:
        print_json(detail)
        return
    print_adapter(detail)


@app.command("compare")
@settings("data")
def compare(
    loaded: Loaded,
    before: Annotated[str, typer.Argument(metavar="A", help="The version before, or an alias.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The version after, or an alias.")],
    *,
    as_json: Json = False,
) -> None:
    """Compare two versions: settings that differ, losses, quality, latency, tokens a second."""
    with registry(loaded.settings, read_only=True) as (ledger, store):
        a, b = found(ledger, before).version, found(ledger, after).version
        comparison = adapter_comparison(ledger, store, a, b, time.time())
    if as_json:
        print_json(comparison)
        return
    print_comparison(comparison)


@app.command("promote")
@settings("data", "lora.margin", "lora.minimum")
def promote_(
    loaded: Loaded,
    version: Version = "candidate",
    *,
    evaluation: Annotated[
        Path | None, typer.Option("--eval", metavar="FILE", help="Paired results on a frozen set, JSON or CSV.")
    ] = None,
    runs: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="A B", help="Evaluation runs instead: of what is in force, and of this version."),
    ] = None,
    force: Annotated[str | None, typer.Option(metavar="REASON", help="Overrule the gate; the log keeps why.")] = None,
    as_json: Json = False,
) -> None:
    """Make a version champion of its base model, if the gate opens.

    It opens when the files are those that were imported, the base model is the same, and the evaluation shows that the
    version is not worse than the champion by more than the margin. docs/lora.md says how.
    """
    if evaluation is not None and runs is not None:
        raise ConfigError("--eval and --runs say the same; give one of them")
    paired = None if evaluation is None else _paired(evaluation)
    rule = gate_of(loaded.settings)
    with registry(loaded.settings) as (ledger, _):
        if runs is not None:
            paired = _of_runs(ledger, *runs)
        done = promote(ledger, version, now=time.time(), paired=paired, rule=rule, force=force, actor=_person())
    if as_json:
        print_json({"promoted": done.done, "reasons": done.decision.reasons, "event": log_message(done.event)})
    else:
        print_promotion(done)
    if not done.done:
        raise typer.Exit(1)


@app.command("rollback")
@settings("data")
def rollback(
    loaded: Loaded,
    *,
    reason: Annotated[str, typer.Option(metavar="WHY", help="Kept in the log.")],
    base_model: BaseModel = None,
    as_json: Json = False,
) -> None:
    """Make the version before champion again."""
    with registry(loaded.settings) as (ledger, _):
        event = roll_back(ledger, base_model, now=time.time(), reason=reason, actor=_person())
    if as_json:
        print_json(log_message(event))
        return
    print(f"{event.version} is champion of {event.base_model} again; {event.previous_version} is not.")
    print("Its model server must serve it: sereno lora serve.", file=sys.stderr)


@app.command("serve")
@settings("data")
def serve(
    loaded: Loaded,
    version: Version,
    *,
    model: Annotated[str, typer.Option(metavar="NAME", help="Model name under which clients call it.")],
    vllm: Annotated[
        str | None, typer.Option(metavar="URL", help="Load it into this vLLM.", callback=web_address)
    ] = None,
    llama_cpp: Annotated[
        str | None,
        typer.Option("--llama-cpp", metavar="URL", help="Turn it on in this llama.cpp.", callback=web_address),
    ] = None,
    ollama: Annotated[
        str | None, typer.Option(metavar="URL", help="Make sure that this Ollama has the model.", callback=web_address)
    ] = None,
) -> None:
    """From now on calls to this model name count for this version; its figures come from them by themselves."""
    server = _server(vllm, llama_cpp, ollama)
    with registry(loaded.settings) as (ledger, _):
        adapter = found(ledger, version)
        if server is not None:
            print(server_of(*server).serve(adapter, model))
        now = time.time()
        with ledger.write() as connection:
            lora_figures.serve(connection, adapter.version, model, now)
    print(f"Calls to {model} count for {adapter.version} since {rfc3339(now)}.")


@app.command("withdraw")
@settings("data")
def withdraw(
    loaded: Loaded,
    model: Annotated[str, typer.Argument(metavar="NAME", help="The model name that serves a version.")],
    *,
    vllm: Annotated[
        str | None, typer.Option(metavar="URL", help="Unload it from this vLLM.", callback=web_address)
    ] = None,
    llama_cpp: Annotated[
        str | None,
        typer.Option("--llama-cpp", metavar="URL", help="Turn it off in this llama.cpp.", callback=web_address),
    ] = None,
) -> None:
    """Calls to this model name count for no version any longer."""
    server = _server(vllm, llama_cpp, None)
    with registry(loaded.settings) as (ledger, _):
        with ledger.read() as connection:
            standing = [one for one in lora_figures.served(connection) if one.until is None and one.model == model]
        if not standing:
            raise AdapterError(f"{model} serves no version; sereno lora list shows which names do")
        if server is not None:
            print(server_of(*server).withdraw(found(ledger, standing[0].version), model))
        with ledger.write() as connection:
            lora_figures.withdraw(connection, model, time.time())
    print(f"Calls to {model} count for no version any longer.")


@app.command("log")
@settings("data")
def log(loaded: Loaded, *, base_model: BaseModel = None, as_json: Json = False) -> None:
    """Print what was imported, promoted, refused and rolled back, newest first."""
    with registry(loaded.settings, read_only=True) as (ledger, _):
        lines = adapter_log(ledger, base_model)
    if as_json:
        print_json(lines)
        return
    print_log(lines)


def _paired(path: Path) -> Paired:
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_EVALUATION + 1)
    except OSError as error:
        raise AdapterError(f"{path} cannot be read: {error.strerror}") from None
    if len(raw) > MOST_EVALUATION:
        raise AdapterError(f"{path} has more than {MOST_EVALUATION:,} bytes; no evaluation needs that")
    return read_paired(path.name, raw)


def _of_runs(ledger: Ledger, baseline: str, candidate: str) -> Paired:
    with ledger.read() as connection:
        try:
            return paired_of_runs(connection, baseline, candidate)
        except Problem as problem:
            raise AdapterError(str(problem)) from None


def _server(vllm: str | None, llama_cpp: str | None, ollama: str | None) -> tuple[Kind, str] | None:
    kinds: tuple[tuple[Kind, str | None], ...] = (("vllm", vllm), ("llama.cpp", llama_cpp), ("ollama", ollama))
    given = [(kind, url) for kind, url in kinds if url is not None]
    if len(given) > 1:
        raise ConfigError("a version is served by one model server at a time; name one")
    return given[0] if given else None


def _person() -> str:
    """Who works at this terminal, as the log tells."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a number without a name, as in some containers
        return ""
