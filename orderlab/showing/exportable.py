"""Results of experiments that can be written as files: `.export()`."""

from __future__ import annotations

import re
from typing import Any

from orderlab.showing.exports import FOLDER, Exported, as_csv, write_all
from orderlab.showing.picture import Picture
from orderlab.showing.table import Table
from orderlab.showing.table_picture import table_picture

_PLAIN = (str, int, float, bool)


class Exportable:
    """A result with numbers, and perhaps a plot. A class with a `table()` and a `plot()` needs no
    more than this base. Without `table()` its plain values are one row; without `plot()` the table
    is drawn."""

    def exported_table(self) -> Table:
        """The numbers of the result."""
        made = getattr(self, "table", None)
        if callable(made):
            table: Table = made()
            return table
        values = vars(self)
        row = {
            name: value
            for name, value in values.items()
            if not name.startswith("_") and isinstance(value, _PLAIN)
        }
        return Table([row], caption=_words(type(self).__name__))

    def exported_plot(self) -> Picture | None:
        """The plot of the result, if there is one."""
        drawn = getattr(self, "plot", None)
        plot: Picture | None = drawn() if callable(drawn) else None
        return plot

    def export(self, folder: str = FOLDER, name: str = "") -> Exported:
        """Write the result into a folder: its numbers as CSV, its plot as SVG and PNG."""
        table = self.exported_table()
        drawn = self.exported_plot() or table_picture(table.cells(), table.caption)
        contents: dict[str, Any] = {
            "csv": as_csv(table.rows, table.columns), "svg": drawn.as_svg(), "png": drawn.as_png(),
        }  # fmt: skip
        return write_all(folder, name or _words(type(self).__name__), contents)


def _words(name: str) -> str:
    """The words of a class's name: FalseEmpties becomes "False empties"."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).capitalize()
