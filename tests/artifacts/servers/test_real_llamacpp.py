"""The hook of llama.cpp against a real llama.cpp with a real model and adapters that its own `gguf` package wrote.

What the server writes tells which adapter is on: greedy text with an adapter of noise differs from the base model's,
and one whose B is zero changes nothing (arXiv:2106.09685, §4.1: the update is B·A).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest
from gguf import GGUFWriter
from sqlalchemy import URL

from sereno.artifacts.importing import import_adapter
from sereno.artifacts.servers.llamacpp import LlamaCpp
from sereno.artifacts.servers.server import Http
from sereno.errors import UpstreamError
from sereno.lora.adapter import Adapter
from sereno.store.ledger import Ledger

SCRIPT = Path(__file__).parents[2] / "captures/record_llama_cpp.py"
WIDTH, LAYERS, RANK = 576, 30, 4  # SmolLM2-135M: hidden size and layers of its config.json
BASE = "HuggingFaceTB/SmolLM2-135M-Instruct"


def written(path: Path, seed: int, *, strength: float) -> Path:
    """A LoRA adapter of noise on every layer's query; `strength` 0 makes B zero."""
    noise = np.random.default_rng(seed)
    writer = GGUFWriter(path, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 2.0 * RANK)
    for layer in range(LAYERS):
        a = noise.normal(size=(RANK, WIDTH)).astype(np.float32)
        b = strength * noise.normal(size=(WIDTH, RANK)).astype(np.float32)
        writer.add_tensor(f"blk.{layer}.attn_q.weight.lora_a", a)
        writer.add_tensor(f"blk.{layer}.attn_q.weight.lora_b", b.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@contextmanager
def llama(*adapters: Path) -> Iterator[str]:
    """A llama.cpp that loaded these, all turned off; its address."""
    child = subprocess.Popen(
        [sys.executable, str(SCRIPT), "serve", *map(str, adapters)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        port = child.stdout.readline().strip()
        assert port, "llama.cpp did not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        child.stdin.close()
        try:
            child.wait(30)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        child.stdout.close()


def text(url: str) -> str:
    """Greedy words after a prompt, nothing remembered of earlier ones."""
    asked = {"prompt": "The moon is", "n_predict": 8, "temperature": 0, "cache_prompt": False}
    return str(httpx.post(f"{url}/completion", json=asked, timeout=60).raise_for_status().json()["content"])


@pytest.fixture(scope="module")
def adapters(tmp_path_factory: pytest.TempPathFactory) -> tuple[Adapter, ...]:
    """Loud, louder and silent, as the registry keeps them."""
    at = tmp_path_factory.mktemp("adapters")
    with closing(Ledger(URL.create("sqlite", database=str(at / "sereno.db")))) as ledger:
        return tuple(
            import_adapter(ledger, str(written(at / f"{name}.gguf", seed, strength=strength)), now=float(seed),
                           version=name, base_model=BASE).adapter
            for seed, (name, strength) in enumerate((("loud", 0.5), ("louder", 1.0), ("silent", 0.0)))
        )  # fmt: skip


def test_the_server_answers_with_the_adapter_that_the_hook_turned_on(adapters: tuple[Adapter, ...]) -> None:
    loud, louder, silent = adapters
    assert (loud.rank, loud.alpha, loud.artifact.parameters) == (RANK, 2.0 * RANK, LAYERS * 2 * RANK * WIDTH)
    with llama(*(Path(one.artifact.location) for one in adapters)) as url:
        server = LlamaCpp(Http(url))
        base = text(url)
        said = server.serve(loud, "smollm2")
        assert said == f"smollm2 at {url} serves loud now; its other adapters are off."
        one = text(url)
        server.serve(louder, "smollm2")
        other = text(url)
        assert len({base, one, other}) == 3
        server.serve(loud, "smollm2")  # as a rollback does
        assert text(url) == one
        server.serve(silent, "smollm2")
        assert text(url) == base
        server.serve(louder, "smollm2")
        server.withdraw(louder, "smollm2")
        assert text(url) == base
        assert {row["scale"] for row in httpx.get(f"{url}/lora-adapters").json()} == {0.0}


def test_a_server_without_the_file_is_told_apart(adapters: tuple[Adapter, ...]) -> None:
    loud, louder, _ = adapters
    with llama(Path(loud.artifact.location)) as url, pytest.raises(UpstreamError, match=r"it has loud\.gguf"):
        LlamaCpp(Http(url)).serve(louder, "smollm2")
