"""Adapter folders as PEFT and the Trainer write them, byte by byte from the formats' descriptions; no torch."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

WIDTH = {"F32": 4, "BF16": 2, "F16": 2}


def safetensors(tensors: Mapping[str, tuple[str, tuple[int, ...]]], fill: int = 0, **metadata: str) -> bytes:
    """A file of these tensors; `fill` makes the bytes differ."""
    head: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    at = 0
    for name, (dtype, shape) in tensors.items():
        size = prod(shape) * WIDTH[dtype]
        head[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    return packed(head, bytes([fill]) * at)


def packed(head: Any, data: bytes, length: int | None = None) -> bytes:
    """Head and data, with a length that may lie."""
    text = head if isinstance(head, bytes) else json.dumps(head).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def matrices(rank: int = 8, width: int = 16, layers: int = 2) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The A and B matrices of q_proj, named as PEFT names them."""
    found: dict[str, tuple[str, tuple[int, ...]]] = {}
    for layer in range(layers):
        stem = f"base_model.model.model.layers.{layer}.self_attn.q_proj"
        found[f"{stem}.lora_A.weight"] = ("F32", (rank, width))
        found[f"{stem}.lora_B.weight"] = ("F32", (width, rank))
    return found


def config(**changed: Any) -> dict[str, Any]:
    """`adapter_config.json` with the fields that peft 0.21 writes."""
    return {
        "alpha_pattern": {}, "auto_mapping": None, "base_model_name_or_path": "HuggingFaceTB/SmolLM2-135M-Instruct",
        "bias": "none", "exclude_modules": None, "fan_in_fan_out": False, "inference_mode": True,
        "init_lora_weights": True, "layers_to_transform": None, "lora_alpha": 16, "lora_bias": False,
        "lora_dropout": 0.05, "modules_to_save": None, "peft_type": "LORA", "peft_version": "0.21.2", "r": 8,
        "rank_pattern": {}, "revision": None, "target_modules": ["v_proj", "q_proj"], "target_parameters": None,
        "task_type": "CAUSAL_LM", "use_dora": False, "use_rslora": False,
    } | changed  # fmt: skip


def state(losses: tuple[float, ...] = (2.5, 1.5, 1.0), evals: tuple[float, ...] = (1.8, 1.2), **changed: Any) -> Any:
    """`trainer_state.json` with a step of 10 a loss."""
    steps = [10 * (index + 1) for index in range(len(losses))]
    log: list[dict[str, Any]] = [
        {"epoch": step / 10, "grad_norm": 1.25, "learning_rate": 2e-4 * (1 - step / 1000), "loss": loss, "step": step}
        for step, loss in zip(steps, losses, strict=True)
    ]
    log += [
        {"epoch": float(index + 1), "eval_loss": loss, "eval_runtime": 3.5, "step": 10 * (index + 1)}
        for index, loss in enumerate(evals)
    ]
    total = steps[-1] if steps else 0
    summary = {"epoch": 3.0, "step": total, "total_flos": 1e12, "train_loss": 1.6667, "train_runtime": 642.5,
               "train_samples_per_second": 3.1}  # fmt: skip
    return {
        "best_global_step": None, "best_metric": None, "best_model_checkpoint": None, "epoch": 3.0,
        "global_step": total, "log_history": [*log, summary], "max_steps": total, "num_input_tokens_seen": 120000,
        "num_train_epochs": 3, "total_flos": 1e12, "train_batch_size": 4,
    } | changed  # fmt: skip


def folder(at: Path, *, fill: int = 0, weights: bytes | None = None, training: Any = None, **changed: Any) -> Path:
    """A whole adapter folder."""
    at.mkdir(parents=True, exist_ok=True)
    (at / "adapter_config.json").write_text(json.dumps(config(**changed)))
    (at / "adapter_model.safetensors").write_bytes(
        safetensors(matrices(), fill, format="pt") if weights is None else weights
    )
    (at / "trainer_state.json").write_text(json.dumps(state() if training is None else training))
    (at / "README.md").write_text("---\nbase_model: HuggingFaceTB/SmolLM2-135M-Instruct\n---\n")
    return at
