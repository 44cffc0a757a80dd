"""The customer's own code, as a notebook shows it."""

from __future__ import annotations

import inspect
import textwrap

from orderlab.errors import LearnerError
from orderlab.orders.parts.packages import HANDLERS
from orderlab.showing.code import code_html


class Listing:
    """A piece of code with a plain and a highlighted form."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __repr__(self) -> str:
        return self.code

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": self.code, "text/html": code_html(self.code)}


def listing(what: str) -> Listing:
    """The monolith's method that takes an order, or a function's whole file."""
    if what == "monolith":
        from orderlab.orders.monolith.shop import Shop

        return Listing(textwrap.dedent(inspect.getsource(Shop._place)).strip())
    path = HANDLERS / f"{what.replace('-', '_')}.py"
    if not path.is_file():
        known = sorted(p.stem.replace("_", "-") for p in HANDLERS.glob("[a-z]*.py"))
        raise LearnerError(
            f"There is no code of {what!r}.", advice=f"There is: monolith, {', '.join(known)}."
        )
    return Listing(path.read_text(encoding="utf-8").strip())
