"""Requests that change something: who may, from which site, and a JSON body of a known form."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from fastapi import Request

from sereno.api.options import ApiOptions
from sereno.query.access import check_origin, check_writer
from sereno.query.problems import Problem
from sereno.trust.keys import Scope

T = TypeVar("T")
JSON = "application/json"


async def written(request: Request, kind: type[T], scope: Scope, options: ApiOptions) -> T:
    """The body of a request that changes something, once it is clear that it may.

    Bodies are bounded by `api.guard`. Fields that are not known are passed over.

    Args:
        request: POST, PUT or DELETE.
        kind: what the body holds; an empty body counts as `{}`.
        scope: what a key must allow.
        options: settings of the API.

    Raises:
        Problem: 403 for who may not, or a page of another site; 415 for another media type; 400 for a wrong body.
    """
    check_writer(request.scope["sereno.reader"], scope, options.access)
    check_origin(request.headers, form=False)
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != JSON:
        raise Problem("wrong-media-type", 415, f"The body is {media or 'of no type'}; send it as {JSON}.")
    try:
        return msgspec.json.decode(await request.body() or b"{}", type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(
            "wrong-body", 400, f"The body is not what is expected here: {error}.", expected="JSON as docs/api.md says"
        ) from None
