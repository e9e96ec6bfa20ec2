"""YAML of what this room and `notify` write: texts of several lines as blocks, nothing by reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml


def document(content: Mapping[str, Any]) -> str:
    r"""A document.

    >>> print(document({"a": "x\ny", "b": [1]}), end="")
    a: |-
      x
      y
    b:
    - 1
    """
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  the signature is PyYAML's
        """Write everything out."""
        return True


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _string)
