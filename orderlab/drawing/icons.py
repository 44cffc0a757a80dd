"""What a kind of node looks like: AWS's icon, or a line drawing where AWS has no service for it."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("icons")

# which icon file a kind uses
FILES = {
    "api": "api",
    "function": "function",
    "queue": "queue",
    "dead-letters": "queue",
    "table": "table",
    "topic": "topic",
    "cache": "cache",
}

# on a field of 48 by 48, in the colour of the text
LINE_DRAWINGS = {
    "client": '<path d="M24 6a9 9 0 1 1 0 18a9 9 0 1 1 0-18zM6 43c0-9 8-14 18-14s18 5 18 14z"/>',
    "endpoint": '<path d="M24 5a19 19 0 1 1 0 38a19 19 0 1 1 0-38zM5 24h38M24 5c-13 12-13 26 0 38'
    'M24 5c13 12 13 26 0 38"/>',
}


def symbol(kind: str, identifier: str) -> str:
    """The icon as an SVG symbol, to be defined once in a picture and used at any size."""
    if kind in FILES:
        data = _data_uri(FILES[kind])
        drawn = f'<image width="48" height="48" href="{data}"/>'
    else:
        # attributes and not classes: the rules of a stylesheet do not see into a <use>
        pen = 'fill="none" stroke="currentColor" stroke-width="3" stroke-linejoin="round"'
        drawn = f"<g {pen}>{LINE_DRAWINGS.get(kind, LINE_DRAWINGS['endpoint'])}</g>"
    return f'<symbol id="{identifier}" viewBox="0 0 48 48">{drawn}</symbol>'


def icon_name(kind: str) -> str:
    """Kinds with the same icon share it."""
    return FILES.get(kind, kind)


@cache
def _data_uri(name: str) -> str:
    content = (FOLDER / f"{name}.png").read_bytes()
    return f"data:image/png;base64,{b64encode(content).decode()}"
