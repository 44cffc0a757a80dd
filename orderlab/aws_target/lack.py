"""The error of something that a target does not have."""

from __future__ import annotations

from orderlab.errors import LearnerError


class NotHere(LearnerError):
    """Something needs what the target does not have; nobody did anything wrong."""
