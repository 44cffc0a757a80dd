"""orderlab: build a serverless order backend on AWS, notebook by notebook, on your own machine.

The learner's whole vocabulary is exported here; everything else is reachable but not promised.
`start(chapter=N)` opens a chapter; the rest shows results.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orderlab.exercises.overview import overview
    from orderlab.lab import Lab
    from orderlab.session import start
    from orderlab.showing import Picture, Table, measured_plot, show

__version__ = "0.1.0"

__all__ = ["Lab", "Picture", "Table", "__version__", "measured_plot", "overview", "show", "start"]

# Imported when first used: the local cloud is part of this package too, and has to start at once.
_HOMES = {
    "Lab": "orderlab.lab",
    "Picture": "orderlab.showing",
    "Table": "orderlab.showing",
    "measured_plot": "orderlab.showing",
    "overview": "orderlab.exercises.overview",
    "show": "orderlab.showing",
    "start": "orderlab.session",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"orderlab has no {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)
