"""How results are shown in a notebook: each has a plain form, a rich one, and alt text."""

from orderlab.showing.picture import Picture, measured_plot
from orderlab.showing.show import show
from orderlab.showing.table import Table

__all__ = ["Picture", "Table", "measured_plot", "show"]
