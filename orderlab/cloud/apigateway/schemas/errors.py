"""What can go wrong with a schema."""

from __future__ import annotations


class ModelError(ValueError):
    """A schema that is invalid; the message is in AWS's words."""
