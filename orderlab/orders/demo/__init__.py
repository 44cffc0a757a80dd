"""`orderlab demo`: the whole system on real orders, with a report of what became of each."""

from orderlab.orders.demo.running import run

__all__ = ["run"]
