"""Short polls simulated and computed, in a form that a notebook shows."""

from __future__ import annotations

from collections.abc import Sequence

from orderlab.errors import LearnerError
from orderlab.practice.polling import setting_of
from orderlab.showing.exportable import Exportable
from orderlab.simulation.polling import MOST, Counted, Setting, simulate
from orderlab.simulation.polling_odds import chance_of_empty, chance_of_missing

_MOST_RECEIVES = 100_000_000
_MOST_POLLS = 1_000_000


class Simulated(Exportable):
    """Many simulated receives of a queue with so many messages."""

    def __init__(self, counted: Counted) -> None:
        self.receives = counted.receives
        self.empty_share = counted.empty / counted.receives
        self.full_share = counted.full / counted.receives
        self.mean_messages = counted.messages / counted.receives

    def __repr__(self) -> str:
        return (
            f"simulated: {self.receives:,} receives, {self.empty_share:.2%} of them empty, "
            f"{self.mean_messages:.2f} messages in a mean answer"
        )


def simulation(
    messages: int | None = None,
    *,
    servers: int | None = None,
    sample: int | Sequence[int] | None = None,
    weights: Sequence[float] | None = None,
    lying: Sequence[int] | None = None,
    receives: int = 1_000_000,
    most: int = MOST,
    seed: int = 5,
) -> Simulated:
    """Simulate short polls. `lying` holds the server of each message, if chance is not to lay them
    anew for each receive."""
    setting = setting_of(servers, sample, weights)
    count = _messages(setting, messages, lying)
    if not 1 <= receives <= _MOST_RECEIVES:
        raise LearnerError(
            f"receives={receives} cannot be simulated.", advice="Take 1 to 100,000,000."
        )
    return Simulated(simulate(setting, count, lying=lying, receives=receives, most=most, seed=seed))


class Odds(Exportable):
    """The exact chances of a short poll."""

    def __init__(self, setting: Setting, messages: int, lying: Sequence[int] | None) -> None:
        self.setting, self.messages = setting, messages
        self.empty = (
            chance_of_empty(setting, messages)
            if lying is None
            else chance_of_missing(setting, lying)
        )

    def asked(self, server: int) -> float:
        """The chance that a short poll asks this server."""
        return 1.0 - self.missed(server)

    def missed(self, server: int, polls: int = 1) -> float:
        """The chance that so many short polls in a row all pass this server by."""
        self._check(server)
        return float(chance_of_missing(self.setting, [server]) ** polls)

    def polls_for(self, server: int, sure: float = 0.99) -> int:
        """How many short polls find a message on this server with at least such a chance."""
        if not 0 < sure < 1:
            raise LearnerError(f"sure={sure} is no chance.", advice="Take one between 0 and 1.")
        missed, polls = self.missed(server), 1
        while 1 - missed**polls < sure and polls < _MOST_POLLS:
            polls += 1
        return polls

    def _check(self, server: int) -> None:
        if server not in range(self.setting.servers):
            raise LearnerError(
                f"There is no server {server!r}.",
                advice=f"There are 0 to {self.setting.servers - 1}.",
            )

    def __repr__(self) -> str:
        return f"computed: {self.empty:.2%} of short polls are empty, with {self.messages} messages"


def odds(
    messages: int | None = None,
    *,
    servers: int | None = None,
    sample: int | Sequence[int] | None = None,
    weights: Sequence[float] | None = None,
    lying: Sequence[int] | None = None,
) -> Odds:
    """Compute the chances. Without `lying`, messages lie on servers by chance."""
    setting = setting_of(servers, sample, weights)
    return Odds(setting, _messages(setting, messages, lying), lying)


def _messages(setting: Setting, messages: int | None, lying: Sequence[int] | None) -> int:
    """How many messages there are; LearnerError if that or where they lie cannot be."""
    if lying is not None:
        if any(server not in range(setting.servers) for server in lying):
            raise LearnerError(
                f"lying={list(lying)} names servers that there are not.",
                advice=f"There are 0 to {setting.servers - 1}.",
            )
        return len(lying)
    count = 0 if messages is None else messages
    if count < 0 or count > 1_000_000:
        raise LearnerError(f"messages={messages} cannot be.", advice="Take 0 to 1,000,000.")
    return int(count)
