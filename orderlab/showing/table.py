"""A table with a plain and a rich form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from orderlab.showing.html_text import html_text


class Table:
    """Rows of values under column names.

    `Table([{"who": "order-api", "ms": 3}])` takes its columns from the first row; numbers are set
    to the right.
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

    def _cells(self) -> list[list[str]]:
        return [[_text(row.get(column)) for column in self.columns] for row in self.rows]

    def _is_number(self, column: str) -> bool:
        values = [row.get(column) for row in self.rows]
        return bool(values) and all(isinstance(v, int | float) or v is None for v in values)

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
        head = "".join(f'<th scope="col">{html_text(c)}</th>' for c in self.columns)
        right = [self._is_number(column) for column in self.columns]
        body = "".join(
            "<tr>"
            + "".join(
                f'<td style="text-align:{"right" if to_right else "left"}">{html_text(text)}</td>'
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
