"""`adapter_config.json`: what PEFT writes, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lora.made import config
from sereno.lora.document import AdapterError
from sereno.lora.peft import read_peft


def raw(**changed: Any) -> bytes:
    return json.dumps(config(**changed)).encode()


def test_the_fields_of_a_lora_configuration() -> None:
    found = read_peft(raw())
    assert (found.rank, found.alpha, found.dropout) == (8, 16.0, 0.05)
    assert found.base_model == "HuggingFaceTB/SmolLM2-135M-Instruct"
    assert found.target_modules == ("q_proj", "v_proj")
    assert found.settings["peft_version"] == "0.21.2"
    assert found.settings["use_dora"] is False


def test_lists_compare_without_their_order() -> None:
    one = read_peft(raw(target_modules=["v_proj", "q_proj"]))
    other = read_peft(raw(target_modules=["q_proj", "v_proj"]))
    assert one.settings == other.settings


def test_target_modules_may_be_a_pattern() -> None:
    assert read_peft(raw(target_modules="all-linear")).target_modules == ("all-linear",)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"peft_type": "PROMPT_TUNING"}, "only LORA"),
        ({"peft_type": None}, "peft_type is missing"),
        ({"r": 0}, "r is 0"),
        ({"r": "8"}, "r is a JSON string"),
        ({"r": 8.5}, "whole number"),
        ({"r": True}, "r is a JSON boolean"),
        ({"r": None}, "r is missing"),
        ({"lora_alpha": None}, "lora_alpha is missing"),
        ({"lora_alpha": float("inf")}, "lora_alpha is inf"),
        ({"lora_dropout": 7}, "lora_dropout is 7"),
        ({"target_modules": [1]}, "target_modules"),
        ({"base_model_name_or_path": "x" * 5000}, "5,000 characters"),
    ],
)
def test_a_wrong_field_is_named(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(AdapterError, match=said):
        read_peft(raw(**changed))


@pytest.mark.parametrize("text", [b"[]", b"", b"null", b"{", b'{"r": 1e999999999}', b"\xff\xfe"])
def test_what_is_no_object_is_refused(text: bytes) -> None:
    with pytest.raises(AdapterError):
        read_peft(text)
