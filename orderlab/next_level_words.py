"""Short forms for the last chapter: what was metered, variants side by side, a review."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from orderlab.aws_target.base import Target
from orderlab.progress import Progress

if TYPE_CHECKING:
    from orderlab.exercises.quiz.widget import Quiz
    from orderlab.exporting.export import ExportedStack
    from orderlab.practice.metered import Metered
    from orderlab.practice.review import Review
    from orderlab.practice.variants import Variants


class NextLevelWords:
    """What chapter 07 needs beyond boto3."""

    target: Target
    progress: Progress

    def metered(self, without: Sequence[str] = ()) -> Metered:
        """Meter what a block uses: `with lab.metered() as used: ...`, then `used.items`.

        `used.bill(orders)` is a month of the shop by service: `.by_service`, `.total`, `.plot()`;
        `used.usd("a-function")` is what one resource cost. Items named in `without` are left out.
        """
        from orderlab.practice.metered import Metered

        return Metered(self.target, without)

    def prices(self) -> dict[str, tuple[float, float]]:
        """What AWS charges for metered items: item -> (US dollars, for how many)."""
        from orderlab.practice.metered import prices

        return prices()

    def compare_variants(
        self,
        ways: Mapping[str, tuple[Callable[[dict[str, Any]], Any], str]],
        *,
        orders: int = 100,
        seed: int = 7,
    ) -> Variants:
        """Send the same seeded orders along several ways: `{"SNS": (send, "queue"), ...}`.

        `send(order)` sends one order, and its copies are read from the queue. The result has, by
        way, `.arrived`, `.twice`, `.p50`, `.p99` (ms) and `.usd_a_million("sns", ...)`.
        """
        from orderlab.practice.variants import compare_variants

        return compare_variants(self.target, ways, orders=orders, seed=seed)

    def export(self, folder: str = "export") -> ExportedStack:
        """Write what is deployed into a folder: a CloudFormation template, and the functions' code.

        Data and logs are not in it. An earlier export in that folder is replaced.
        """
        from orderlab.exporting.export import export

        return export(self.target, folder)

    def review(self) -> Review:
        """Your answers to the six pillars' questions: `.answer("security", "...", risk="low")`.

        They are kept. `.page()` writes them as an HTML page into your folder.
        """
        from orderlab.practice.review import Review

        return Review(self.progress)

    def assignment(self) -> Quiz:
        """The two questions of the lecture's first week, with a reason for every option."""
        from orderlab.exercises.chapter07.assignment import ASSIGNMENT
        from orderlab.exercises.quiz.widget import Quiz

        return Quiz(ASSIGNMENT, self.progress)
