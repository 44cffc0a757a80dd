"""A table with a plain and a rich form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from orderlab.showing.exports import FOLDER, Exported, as_csv, write_all
from orderlab.showing.html_text import html_text

# a number as text: a sign or a currency before it, a unit of at most two words behind it
_NUMBER = re.compile(
    r"[<>~≈±+\-\u2212]?\s?\$?\s?\d[\d,]*(\.\d+)?(e[+-]?\d+)?"
    r"( ?[%×]|[ \u00a0][a-zA-Zµ/²³]+( [a-z/]+)?)?"
)


class Table:
    """Rows of values under column names.

    `Table([{"who": "order-api", "took": "3.1 ms"}])` takes its columns from the first row. Numbers,
    with or without a unit, are set to the right, and so is the head of their column.
    """

    def __init__(
        self,
        rows: Iterable[Mapping[str, Any]],
        columns: Sequence[str] | None = None,
        *,
        caption: str = "",
    ) -> None:
        self.rows = [dict(row) for row in rows]
        self.columns = list(columns or (self.rows[0] if self.rows else ()))
        self.caption = caption

    def export(self, folder: str = FOLDER, name: str = "") -> Exported:
        """Write the table as CSV, and as a picture in SVG and PNG, into a folder."""
        from orderlab.showing.table_picture import table_picture

        drawn = table_picture(self.cells(), self.caption)
        contents = {
            "csv": as_csv(self.rows, self.columns), "svg": drawn.as_svg(), "png": drawn.as_png(),
        }  # fmt: skip
        return write_all(folder, name or self.caption or " ".join(self.columns), contents)

    def cells(self) -> list[list[str]]:
        """The head and the rows as they are shown, as text."""
        return [list(self.columns), *self._cells()]

    def _cells(self) -> list[list[str]]:
        return [[_text(row.get(column)) for column in self.columns] for row in self.rows]

    def _is_number(self, column: str) -> bool:
        """Whether it holds numbers; a word that stands for a missing one is no exception."""
        texts = [_text(row.get(column)).strip() for row in self.rows]
        filled = [text for text in texts if text]
        numbers = [text for text in filled if _NUMBER.fullmatch(text)]
        words = [text for text in filled if text not in numbers]
        return bool(numbers) and len(numbers) >= len(words) and not any(map(_has_digit, words))

    def __repr__(self) -> str:
        cells = self._cells()
        if not cells:
            return self.caption or "(no rows)"
        widths = [
            max(len(column), *(len(row[i]) for row in cells))
            for i, column in enumerate(self.columns)
        ]
        right = [self._is_number(column) for column in self.columns]
        lines = [self.caption] if self.caption else []
        for row in [list(self.columns), ["-" * width for width in widths], *cells]:
            parts = (
                text.rjust(width) if to_right else text.ljust(width)
                for text, width, to_right in zip(row, widths, right, strict=True)
            )
            lines.append("  ".join(parts).rstrip())
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        right = [self._is_number(column) for column in self.columns]
        head = "".join(
            f'<th scope="col" style="{_aligned(to_right)}">{html_text(column)}</th>'
            for column, to_right in zip(self.columns, right, strict=True)
        )
        body = "".join(
            "<tr>"
            + "".join(
                f'<td style="{_aligned(to_right)}">{html_text(text)}</td>'
                for text, to_right in zip(row, right, strict=True)
            )
            + "</tr>"
            for row in self._cells()
        )
        caption = f"<caption>{html_text(self.caption)}</caption>" if self.caption else ""
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,.1f}" if isinstance(value, float) else str(value)


def _aligned(to_right: bool) -> str:
    """The style of a cell; a number and its unit stay on one line."""
    return "text-align:right;white-space:nowrap" if to_right else "text-align:left"


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)
