"""Forms that change something, as a browser sends them without script."""

from __future__ import annotations

from urllib.parse import parse_qs

from sereno.query.problems import Problem

FORM = "application/x-www-form-urlencoded"
_FIELDS = 10


def form(content_type: str, body: bytes, expected: str) -> dict[str, str]:
    """The fields of a form, the first of each name.

    Raises:
        Problem: 415 for another media type, 400 for what is no form.
    """
    if content_type.partition(";")[0].strip().lower() != FORM:
        raise Problem("wrong-media-type", 415, f"The body is not a form; send it as {FORM}.")
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS, errors="strict")
    except ValueError:
        raise Problem("wrong-body", 400, "The form cannot be read.", expected=expected) from None
    return {name: values[0] for name, values in fields.items()}
