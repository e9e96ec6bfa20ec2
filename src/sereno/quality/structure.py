"""Whether an answer that had to be JSON is JSON, and keeps to the schema that was asked for.

Validation by jsonschema-rs. Its regular expressions take linear time, whatever a schema and an answer hold, and a
reference to another document is refused: nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NoReturn

import jsonschema_rs
import msgspec

from sereno.quality.errors import QualityError


class Wanted(msgspec.Struct, frozen=True):
    """That JSON was asked for; `schema` is JSON text, "" for any JSON."""

    schema: str = ""


def wanted_of(request: Mapping[str, Any]) -> Wanted | None:
    """What a request's body asks of the answer's form, None where nothing.

    Ollama: `format`, "json" or a schema. OpenAI: `response_format`. The Responses API: `text.format`. llama.cpp:
    `json_schema`.
    """
    form = request.get("format")
    if form == "json":
        return Wanted()
    if isinstance(form, dict) and form:
        return _wanted(form)
    text = request.get("text")
    asked = request.get("response_format") or (text.get("format") if isinstance(text, dict) else None)
    if isinstance(asked, dict):
        if asked.get("type") == "json_object":
            schema = asked.get("schema")
            return _wanted(schema) if isinstance(schema, dict) else Wanted()
        if asked.get("type") == "json_schema":
            inner = asked.get("json_schema", asked)
            schema = inner.get("schema") if isinstance(inner, dict) else None
            return _wanted(schema) if isinstance(schema, dict) else Wanted()
    schema = request.get("json_schema")
    return _wanted(schema) if isinstance(schema, dict) and schema else None


def keeps(answer: str, wanted: Wanted) -> bool:
    """Whether an answer is the JSON that was asked for. A schema that is itself wrong asks for any JSON."""
    try:
        value = msgspec.json.decode(answer.strip())
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False
    if not wanted.schema:
        return True
    try:
        return validator(wanted.schema).is_valid(value)
    except (QualityError, ValueError):
        return True


@lru_cache(maxsize=256)
def validator(schema: str) -> jsonschema_rs.Validator:
    """A validator of a schema.

    Args:
        schema: JSON text.

    Raises:
        QualityError: it is no JSON Schema, or refers to another document.
    """
    try:
        return jsonschema_rs.validator_for(
            msgspec.json.decode(schema), pattern_options=jsonschema_rs.RegexOptions(), retriever=_refuse
        )
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        told = str(error).partition("\n")[0][:200]
        raise QualityError(f"this is no JSON Schema that can be used: {told}") from None


def _wanted(schema: Mapping[str, Any]) -> Wanted:
    return Wanted(msgspec.json.encode(schema).decode("utf-8", "replace"))


def _refuse(uri: str) -> NoReturn:
    raise ValueError(f"references to other documents are not followed: {uri[:100]}")
