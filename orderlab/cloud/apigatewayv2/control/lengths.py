"""Lengths of texts, which AWS's model of HTTP APIs names in its shapes' names only."""

from __future__ import annotations

from collections.abc import Mapping

from orderlab.cloud.apigatewayv2.control.errors import bad_request
from orderlab.cloud.apigatewayv2.model.state import Document


def check_lengths(given: Document, lengths: Mapping[str, tuple[int, int]]) -> None:
    """BadRequestException for a text that is shorter or longer than it may be."""
    for name, (least, most) in lengths.items():
        value = given.get(name)
        if value is not None and not least <= len(value) <= most:
            raise bad_request(
                f"Invalid value for {name[:1].lower()}{name[1:]}. "
                f"Length must be between {least} and {most}"
            )
