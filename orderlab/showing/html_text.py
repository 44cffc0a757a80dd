"""Text as HTML that a notebook shows as it is."""

from __future__ import annotations

import html

# JupyterLab takes what stands between two dollar signs for a formula. A sign in an element of its
# own has no partner.
_DOLLAR = "<span>$</span>"
_DOLLAR_IN_SVG = "<tspan>$</tspan>"


def html_text(text: str) -> str:
    """The text with HTML's own characters escaped, and amounts left amounts."""
    return html.escape(text).replace("$", _DOLLAR)


def svg_text(text: str) -> str:
    """The same for a text of an SVG picture."""
    return html.escape(text).replace("$", _DOLLAR_IN_SVG)
