"""What can go wrong with a schema."""

from __future__ import annotations


class ModelError(ValueError):
    """The schema is none, in AWS's words."""
