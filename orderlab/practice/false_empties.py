"""How often a short poll of the real local queue is empty although messages wait in it."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Sequence
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.errors import LearnerError
from orderlab.orders.parts.messaging import free_queue_names
from orderlab.practice.polling import Polling, setting_of
from orderlab.practice.polling_chances import odds, simulation
from orderlab.showing.exportable import Exportable
from orderlab.showing.picture import Picture
from orderlab.showing.plots import stated
from orderlab.showing.sign_of_life import sign_of_life
from orderlab.showing.table import Table
from orderlab.simulation.polling import Setting

# What a right queue leaves about once in 10,000 experiments.
STANDARD_ERRORS, ANSWERS = 4.0, 2.0
_SIMULATED = 200_000
_SIMULATION_SEED = 5
_MOST_MESSAGES = 2_000
# AWS keeps the name of a deleted queue for a minute. Chance on a queue follows from its name and
# the seed of the cloud: names that are counted give the same figures in a fresh notebook.
_numbers = itertools.count(1)


class FalseEmpties(Exportable):
    """The share of empty answers by number of messages: measured, simulated and computed."""

    def __init__(
        self,
        setting: Setting,
        answers: dict[int, int],
        *,
        receives: int,
        wait: int,
        seconds: float | None = None,
    ) -> None:
        self.seconds = seconds
        self.setting, self.answers, self.receives, self.wait = setting, answers, receives, wait
        self.shares = {count: empty / receives for count, empty in answers.items()}
        self.simulated = {count: self._simulate(count) for count in answers}
        self.computed = {count: self._compute(count) for count in answers}

    def _simulate(self, count: int) -> float:
        if self.wait:
            return 0.0 if count else 1.0
        words = self.setting.as_words()
        return simulation(count, receives=_SIMULATED, seed=_SIMULATION_SEED, **words).empty_share

    def _compute(self, count: int) -> float:
        if self.wait:
            return 0.0 if count else 1.0
        return odds(count, **self.setting.as_words()).empty

    def error(self, count: int, receives: int | None = None) -> float:
        """How far a measured share may lie from the computed one: 4 standard errors, 2 answers."""
        receives = receives or self.receives
        chance = self.computed[count]
        return STANDARD_ERRORS * math.sqrt(chance * (1 - chance) / receives) + ANSWERS / receives

    @property
    def agree(self) -> bool:
        """Whether measured and simulated shares lie within the stated error of the computed."""
        return all(
            abs(self.shares[count] - chance) <= self.error(count)
            and abs(self.simulated[count] - chance) <= self.error(count, _SIMULATED)
            for count, chance in self.computed.items()
        )

    def table(self) -> Table:
        """The shares of empty answers beside each other."""
        rows = [
            {
                "messages": count,
                "measured": f"{self.shares[count]:.1%}",
                "simulated": f"{self.simulated[count]:.1%}",
                "computed": f"{self.computed[count]:.1%}",
                "stated error": f"{self.error(count):.1%}",
            }
            for count in self.shares
        ]
        return Table(rows, caption=f"Empty answers, {self.receives} receives each")

    def plot(self) -> Picture:
        """Measured with its stated error, simulated and computed, in one plot."""
        from orderlab.showing.polling_plot import shares_plot

        return shares_plot(
            self.shares,
            self.simulated,
            self.computed,
            {count: self.error(count) for count in self.shares},
            caption=self._caption(),
        )

    def _caption(self) -> str:
        simulated = f"simulated: n = {_SIMULATED:,} each, seed {_SIMULATION_SEED}"
        return f"measured: {stated(self.receives, None, self.seconds)}, with each; {simulated}"

    def __repr__(self) -> str:
        found = ", ".join(f"{count}: {share:.1%}" for count, share in self.shares.items())
        return f"measured: empty answers by number of messages: {found}"


def false_empties(
    target: Target,
    messages: Sequence[int],
    *,
    wait: int = 0,
    receives: int = 200,
    servers: int | None = None,
    sample: int | Sequence[int] | None = None,
    weights: Sequence[float] | None = None,
) -> FalseEmpties:
    """Receive so often from a queue of its own with each number of messages.

    Nothing is deleted or hidden. Before each receive the cloud lays every message on a server anew,
    by the same chance by which a message that is sent gets its server.
    """
    counts = sorted(set(messages))
    if not counts or counts[0] < 0 or counts[-1] > _MOST_MESSAGES or not 1 <= receives <= 100_000:
        raise LearnerError(
            "This cannot be measured.",
            advice=f"Take 0 to {_MOST_MESSAGES:,} messages and 1 to 100,000 receives.",
        )
    setting = setting_of(servers, sample, weights)
    polling, began = _new_queue(target), time.monotonic()
    try:
        polling.arrange(scatters=True, keeps=False, **setting.as_words())
        answers = {}
        with sign_of_life(f"Receiving {receives * len(counts):,} times ..."):
            for count in counts:
                _fill(target, polling, count)
                answers[count] = _empty_answers(target, polling, wait, receives)
    finally:
        target.client("sqs").delete_queue(QueueUrl=polling.url)
    seconds = time.monotonic() - began
    return FalseEmpties(setting, answers, receives=receives, wait=wait, seconds=seconds)


def _new_queue(target: Target) -> Polling:
    queues: Any = target.client("sqs")
    while True:
        try:
            return Polling(target, f"false-empties-{next(_numbers)}", visibility=0)
        except queues.exceptions.QueueDeletedRecently:
            free_queue_names(target)


def _fill(target: Target, polling: Polling, count: int) -> None:
    polling.clear()
    for start in range(0, count, 10):
        entries = [
            {"Id": str(number), "MessageBody": f"message {number}"}
            for number in range(start, min(start + 10, count))
        ]
        target.client("sqs").send_message_batch(QueueUrl=polling.url, Entries=entries)


def _empty_answers(target: Target, polling: Polling, wait: int, receives: int) -> int:
    queues: Any = target.client("sqs")
    how = {"QueueUrl": polling.url, "VisibilityTimeout": 0, "WaitTimeSeconds": wait}
    return sum("Messages" not in queues.receive_message(**how) for _ in range(receives))
