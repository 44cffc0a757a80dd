"""What can go wrong with a path."""

from __future__ import annotations


class JsonPathError(ValueError):
    """The path cannot be read."""
