"""What can go wrong with a path."""

from __future__ import annotations


class JsonPathError(ValueError):
    """A path or a filter that cannot be read."""
