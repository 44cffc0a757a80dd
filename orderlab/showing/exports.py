"""Pictures, tables and results as files: numbers as CSV, drawings as SVG and PNG."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from orderlab.errors import LearnerError

FOLDER = "exports"
# A cell that begins like this is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Exported:
    """Files that were written, as links."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = list(paths)

    def __repr__(self) -> str:
        return "Written: " + ", ".join(path.as_posix() for path in self.paths)

    def _repr_html_(self) -> str:
        from orderlab.showing.html_text import html_text

        links = ", ".join(
            f'<a href="{html_text(path.as_posix())}">{html_text(path.as_posix())}</a>'
            for path in self.paths
        )
        return f"Written: {links}"


def file_name(words: str) -> str:
    """A name for a file from a title: "Write units by hour" becomes `write-units-by-hour`."""
    name = "-".join(re.findall(r"[a-z0-9]+", words.lower()))
    return name[:60].rstrip("-") or "export"


def write_all(
    folder: str | Path, name: str, contents: Mapping[str, bytes | None]
) -> Exported:  # fmt: skip
    """Write a file for each ending that has contents. Raises LearnerError where that can't be."""
    place = Path(folder)
    paths = []
    try:
        place.mkdir(parents=True, exist_ok=True)
        for ending, content in contents.items():
            if content is not None:
                path = place / f"{file_name(name)}.{ending}"
                path.write_bytes(content)
                paths.append(path)
    except OSError as error:
        raise LearnerError(
            f"{place} can't be written: {error.strerror or error}.",
            advice='Name another folder: `.export("my-exports")`.',
        ) from None
    return Exported(paths)


def as_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str] = ()) -> bytes | None:
    """The rows as CSV in UTF-8, with a head; None if there are none.

    Text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    listed = [dict(row) for row in rows]
    if not listed:
        return None
    names = list(columns) or list(dict.fromkeys(key for row in listed for key in row))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([[_cell(row.get(name)) for name in names] for row in listed])
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_FORMULA) and not _is_number(value):
        return f"'{value}"
    return value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
