"""What supports a claim for itself, one kind of claim a module."""

from __future__ import annotations
