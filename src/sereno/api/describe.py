"""What OpenAPI says of a route, made from the table of parameters and the answers' own types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import msgspec

from sereno.query.fields import Field
from sereno.query.problems import PROBLEM_JSON, ProblemDocument

_REF = "#/components/schemas/{name}"
_TYPES: list[Any] = [ProblemDocument]
"""Every type that a route answers; `components` describes them."""

ASKING = (400, 401, 403, 404, 429, 503)
"""Problems of what a keeper may not have at all: 404 tells so."""
TELLING = (400, 401, 403, 404, 415, 429, 503)
"""Problems where a body is sent."""
DECIDING = (400, 401, 403, 404, 409, 415, 429, 503)
"""Problems where what a body asks for may be refused."""
_ERRORS = {
    400: "A parameter is wrong or unknown.",
    401: "A key is required, or the key is not valid.",
    403: "The key does not allow this, or the Host name is not allowed.",
    404: "There is no such thing.",
    409: "It was refused; the detail says why.",
    415: "The body is of another media type.",
    429: "Too many requests; see Retry-After.",
    503: "The store does not answer, or the query took too long; see Retry-After.",
}


def parameter(field: Field) -> dict[str, Any]:
    """A query parameter in OpenAPI's words."""
    schema: dict[str, Any]
    match field.kind:
        case "integer":
            schema = {"type": "integer", "minimum": int(field.minimum), "maximum": int(field.maximum)}
        case "seconds":
            schema = {"type": "number", "minimum": field.minimum, "maximum": field.maximum}
        case "choice":
            schema = {"type": "string", "enum": list(field.choices)}
        case "text" | "name":
            schema = {"type": "string", "maxLength": int(field.maximum)}
        case _:
            schema = {"type": "string"}
    if field.default is not None:
        schema["default"] = field.default
    described: dict[str, Any] = {
        "name": field.name,
        "in": "query",
        "required": False,
        "allowEmptyValue": True,
        "description": f"{field.help} Expected: {field.expected}.",
        "schema": schema,
    }
    if field.example:
        described["example"] = int(field.example) if field.kind == "integer" else field.example
    return described


def described(
    summary: str,
    fields: Sequence[Field],
    answers: Any = None,
    *,
    media: Sequence[str] = ("application/json",),
    path: Mapping[str, str] | None = None,
    errors: Sequence[int] = (400, 401, 403, 429, 503),
    body: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Arguments of a route decorator that describe it.

    Args:
        summary: what it answers, one sentence.
        fields: its query parameters.
        answers: type of its JSON answer, None for another form.
        media: media types of its answer.
        path: description by path parameter.
        errors: status codes of its problems, beside 404 where the path has a parameter.
        body: what `body` says of the request's body, None where there is none.
    """
    schema: dict[str, Any] = {}
    if answers is not None:
        schema = {"schema": dict(_schema(answers))}
    problem = {"content": {PROBLEM_JSON: {"schema": {"$ref": _REF.format(name="ProblemDocument")}}}}
    responses: dict[int | str, Any] = {200: {"description": "The answer.", "content": dict.fromkeys(media, schema)}}
    responses |= {code: {"description": _ERRORS[code], **problem} for code in errors}
    if path:
        responses[404] = {"description": "There is no such thing.", **problem}
    parameters = [parameter(field) for field in fields]
    parameters += [
        {"name": name, "in": "path", "required": True, "description": text, "schema": {"type": "string"}}
        for name, text in (path or {}).items()
    ]
    extra: dict[str, Any] = {"parameters": parameters, "responses": {str(k): v for k, v in responses.items()}}
    if body is not None:
        extra["requestBody"] = body
    return {"summary": summary, "response_model": None, "openapi_extra": extra}


def body(kind: Any) -> dict[str, Any]:
    """A JSON request body in OpenAPI's words."""
    return {"required": True, "content": {"application/json": {"schema": dict(_schema(kind))}}}


@cache
def _schema(kind: Any) -> dict[str, Any]:
    """The schema of a type, and the type among those that `components` describes; once, however many applications."""
    _TYPES.append(kind)
    return msgspec.json.schema_components([kind], ref_template=_REF)[0][0]


def components() -> dict[str, Any]:
    """The schemas of all types that routes answer."""
    return msgspec.json.schema_components(_TYPES, ref_template=_REF)[1]
