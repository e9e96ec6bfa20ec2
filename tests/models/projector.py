"""A projector with weights by chance: with it llama.cpp gives SmolLM2 eyes, which see nothing but take pictures.

Layout of `tools/mtmd/clip.cpp` (LLaVA's: a vision transformer, then two layers into the model's width).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from gguf import GGUFWriter

SIDE, PATCH, WIDTH, HIDDEN, HEADS, BLOCKS = 224, 16, 192, 384, 3, 3
MODEL_WIDTH = 576
"""Of SmolLM2-135M."""
TOKENS = (SIDE // PATCH) ** 2
"""That a picture takes of the model's context."""


def write_projector(path: Path) -> None:
    """Write it as GGUF, 5 MB, the same each time."""
    chance = np.random.default_rng(135)
    writer = GGUFWriter(path, "clip")
    writer.add_type("mmproj")
    writer.add_bool("clip.has_vision_encoder", val=True)
    writer.add_string("clip.projector_type", "mlp")
    writer.add_bool("clip.use_gelu", val=True)
    for name, whole in (
        ("image_size", SIDE), ("patch_size", PATCH), ("embedding_length", WIDTH), ("feed_forward_length", HIDDEN),
        ("block_count", BLOCKS), ("projection_dim", MODEL_WIDTH), ("attention.head_count", HEADS),
    ):  # fmt: skip
        writer.add_uint32(f"clip.vision.{name}", whole)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-6)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.5, 0.5, 0.5])

    def tensor(name: str, *shape: int) -> None:
        writer.add_tensor(name, chance.normal(0, 0.02, shape).astype(np.float32))

    def layer(name: str, out: int, into: int | None = None) -> None:
        tensor(f"{name}.weight", *((out,) if into is None else (out, into)))
        tensor(f"{name}.bias", out)

    tensor("v.patch_embd.weight", WIDTH, 3, PATCH, PATCH)
    tensor("v.class_embd", WIDTH)
    tensor("v.position_embd.weight", TOKENS + 1, WIDTH)
    layer("v.pre_ln", WIDTH)
    for block in range(BLOCKS):
        for name in ("attn_q", "attn_k", "attn_v", "attn_out"):
            layer(f"v.blk.{block}.{name}", WIDTH, WIDTH)
        layer(f"v.blk.{block}.ln1", WIDTH)
        layer(f"v.blk.{block}.ln2", WIDTH)
        layer(f"v.blk.{block}.ffn_up", HIDDEN, WIDTH)
        layer(f"v.blk.{block}.ffn_down", WIDTH, HIDDEN)
    layer("mm.0", MODEL_WIDTH, WIDTH)
    layer("mm.2", MODEL_WIDTH, MODEL_WIDTH)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
