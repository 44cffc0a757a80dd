"""`python -m orderlab.drawing.make_icons`: AWS's icons, made small, into icons/.

They come from the package `diagrams`, which only authors need: it is 35 MB for a few files of two
kilobytes each. They are kept as files and not made anew on each machine: the same pixels,
compressed by another version of a library, are other bytes, and pictures are compared by bytes.
"""

from __future__ import annotations

import io
from importlib.metadata import distribution
from pathlib import Path

from orderlab.drawing.icons import FOLDER

PIXELS = 96  # twice the size at which they are shown
COLOURS = 64

SOURCES = {
    "api": "network/api-gateway",
    "function": "compute/lambda",
    "queue": "integration/simple-queue-service-sqs",
    "table": "database/dynamodb",
    "topic": "integration/simple-notification-service-sns",
    "cache": "database/dynamodb-dax",
}


def small_icon(kind: str) -> bytes:
    """The icon of a kind of node, as a small PNG."""
    from PIL import Image

    source = distribution("diagrams").locate_file(f"resources/aws/{SOURCES[kind]}.png")
    with Image.open(str(source)) as image:
        small = image.convert("RGBA").resize((PIXELS, PIXELS), Image.Resampling.LANCZOS)
    reduced = small.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    written = io.BytesIO()
    reduced.save(written, "PNG", optimize=True)
    return written.getvalue()


def main(folder: Path = FOLDER) -> None:
    for kind in SOURCES:
        (folder / f"{kind}.png").write_bytes(small_icon(kind))


if __name__ == "__main__":
    main()
