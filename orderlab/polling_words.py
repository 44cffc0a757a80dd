"""Short forms for short and long polls: a queue whose servers can be seen, chances, costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from orderlab.aws_target.base import Target

if TYPE_CHECKING:
    from orderlab.practice.false_empties import FalseEmpties
    from orderlab.practice.idle_cost import IdleCost
    from orderlab.practice.polling import Polling
    from orderlab.practice.polling_chances import Odds, Simulated


class PollingWords:
    """What chapter 05 needs beyond boto3."""

    target: Target

    def polling(
        self,
        name: str,
        *,
        servers: int | None = None,
        sample: int | Sequence[int] | None = None,
        weights: Sequence[float] | None = None,
        visibility: int = 3600,
    ) -> Polling:
        """Open a queue of practice whose servers can be seen: `.place()`, `.receive()`, `.live()`.

        `servers` (1 to 16), `sample` (how many a short poll asks: 4, or (2, 4)) and `weights`
        arrange it; what is left out stays as it is.
        """
        from orderlab.practice.polling import Polling

        opened = Polling(self.target, name, visibility=visibility)
        opened.arrange(servers=servers, sample=sample, weights=weights)
        return opened

    def false_empties(
        self, messages: Sequence[int] = (1, 2, 3, 5, 8, 13), **how: Any
    ) -> FalseEmpties:
        """Measure the share of empty answers by number of messages, on a queue of its own.

        `receives=200` with each number; `wait=0`; `servers=`, `sample=`, `weights=` as in
        `lab.polling`.
        """
        from orderlab.practice.false_empties import false_empties

        return false_empties(self.target, messages, **how)

    def polling_simulation(self, messages: int | None = None, **how: Any) -> Simulated:
        """Simulate short polls of a queue: `receives=1_000_000`, `seed=5`, and its servers.

        `lying=[0, 1, 5]` says on which server each message lies, in place of chance.
        """
        from orderlab.practice.polling_chances import simulation

        return simulation(messages, **how)

    def polling_odds(self, messages: int | None = None, **how: Any) -> Odds:
        """Compute the chances of a short poll: `.empty`, `.missed(server)`, `.polls_for(server)`.

        `servers=`, `sample=`, `weights=` and `lying=` as in `lab.polling_simulation`.
        """
        from orderlab.practice.polling_chances import odds

        return odds(messages, **how)

    def idle_cost(
        self,
        waits: Sequence[int] = (0, 1, 5, 20),
        *,
        pause: float = 1.0,
        seconds: float = 60.0,
        mapping: bool = True,
    ) -> IdleCost:
        """Meter consumers that wait at empty queues, and what they would cost in a month.

        `pause` is between two receives that do not wait; `seconds` is how long to measure.
        """
        from orderlab.practice.idle_cost import idle_cost

        return idle_cost(self.target, waits, pause=pause, seconds=seconds, mapping=mapping)
