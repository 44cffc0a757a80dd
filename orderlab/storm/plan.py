"""Which faults strike which orders. The same seed and number of orders give the same storm.

A fault is bound to orders, by their numbers, and not to a moment: the plan knows no clock but the
one that the orders arrive by, and strikes the same orders on a slow machine.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from orderlab.errors import LearnerError

FEWEST, MOST = 10, 2_000
# the rate of arrival, for storms that need not be hurried
USUAL_RATE = 20.0
HIGHEST_RATE = 40.0
LONGEST_SECONDS = 40.0
# how much of the storm is left calm at its end, so that it can blow over
CALM = 0.15

Where = Literal["taking", "publishing", "services", "passing", "deliveries", "everywhere"]
Part = Literal["function", "table", "topic", "queue", "environment"]

# kinds of fault in the words of the card, in its order
WORDS = {
    "error": "failures",
    "throttle": "throttled",
    "slow": "slow",
    "kill": "killed",
    "cut": "answers lost",
    "duplicate": "duplicated",
    "delay": "delayed",
    "reorder": "reordered",
}


@dataclass(frozen=True, slots=True)
class Strike:
    """One fault, for the orders numbered `first` to `last`.

    `where` and `part` say what it strikes: the function that takes orders, say. It strikes each
    of its orders `limit` times in each part, 0 being always; `until` is the number of the order
    that ends it, 0 if it ends by having struck. `seconds` are of the cloud's time.
    """

    first: int
    last: int
    kind: str
    where: Where
    part: Part
    limit: int = 1
    seconds: float = 0.0
    times: int = 2
    until: int = 0

    @property
    def orders(self) -> range:
        return range(self.first, self.last + 1)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Strikes of one sort: `count` of them in 200 orders, each of `run` orders in a row.

    They strike in the first `within` of a storm, about: what takes long to get over comes early.
    `lasting` is how many real seconds of arrivals a fault goes on.
    """

    kind: str
    where: Where
    part: Part
    count: int
    run: int = 1
    limit: int = 1
    seconds: float = 0.0
    times: int = 2
    within: float = 1.0
    lasting: float = 0.0


# The functions' SDK tries a call again three times: only if all attempts fail, they notice.
_ALL_ATTEMPTS = 4
# A message that failed comes again after its visibility timeout: later in a storm it would only
# make the wait for the end longer.
_SOON = 0.6

RECIPES = (
    # who takes the order, and the table that it is stored in
    Recipe("error", "taking", "function", 2, run=2, within=_SOON),
    Recipe("error", "taking", "function", 1, limit=2, within=0.03),
    Recipe("throttle", "taking", "function", 2, run=2),
    Recipe("kill", "taking", "function", 2, within=_SOON),
    Recipe("slow", "taking", "function", 2, run=2, seconds=8),
    Recipe("error", "taking", "table", 2, limit=_ALL_ATTEMPTS, within=0.4),
    Recipe("throttle", "taking", "table", 1, limit=_ALL_ATTEMPTS, within=0.4),
    Recipe("slow", "taking", "table", 1, run=2, seconds=8),
    Recipe("cut", "taking", "table", 3),
    # who passes it on, and who works for it
    Recipe("error", "passing", "function", 3, run=2, within=_SOON),
    Recipe("error", "services", "function", 1, limit=2, within=0.03),
    Recipe("error", "services", "function", 1, run=2, limit=0, within=0.06, lasting=7.0),
    Recipe("throttle", "passing", "function", 2, run=2, limit=2),
    Recipe("kill", "passing", "function", 2, within=_SOON),
    Recipe("slow", "services", "function", 2, run=2, seconds=10),
    Recipe("slow", "publishing", "function", 1, seconds=10),
    Recipe("error", "passing", "topic", 1, limit=_ALL_ATTEMPTS),
    Recipe("throttle", "passing", "topic", 1),
    Recipe("cut", "passing", "topic", 2),
    Recipe("error", "services", "table", 1, limit=_ALL_ATTEMPTS, within=0.4),
    Recipe("throttle", "services", "table", 1, limit=2),
    Recipe("slow", "services", "table", 1, run=2, seconds=8),
    Recipe("cut", "services", "table", 2),
    # messages between them
    Recipe("duplicate", "deliveries", "queue", 6),
    Recipe("duplicate", "deliveries", "queue", 2, times=3),
    Recipe("delay", "deliveries", "queue", 5, limit=0, seconds=20),
    Recipe("reorder", "deliveries", "queue", 2, run=8, limit=0, seconds=15),
)
KILLS_OF_IDLE = 2


@dataclass(frozen=True)
class Plan:
    """A storm before it begins: the strikes, and when each order arrives, in seconds."""

    seed: int
    orders: int
    strikes: tuple[Strike, ...]
    arrivals: tuple[float, ...]

    @property
    def seconds(self) -> float:
        return self.arrivals[-1]

    def of(self, number: int) -> list[Strike]:
        """The strikes that an order is struck with."""
        return [strike for strike in self.strikes if strike.first <= number <= strike.last]

    def faults(self) -> Counter[str]:
        """How many orders each kind of fault strikes."""
        return Counter({kind: sum(_sizes(self.strikes, kind)) for kind in WORDS})


def make_plan(orders: int = 200, seed: int = 7) -> Plan:
    """The storm of a seed. Raises LearnerError for what is no number of orders or no seed."""
    _check(orders, seed)
    chance = random.Random(f"storm {seed} {orders}")
    rate = arrival_rate(orders)
    gaps = [chance.expovariate(rate) for _ in range(orders)]
    # scaled, so that every storm of so many orders takes as long
    whole = orders / rate / sum(gaps)
    arrivals = tuple(accumulate(gap * whole for gap in gaps))
    strikes = sorted(
        [*_place(chance, orders, rate), *_kills_of_idle(chance, orders)],
        key=lambda strike: (strike.first, strike.last, strike.kind, strike.where, strike.part),
    )
    return Plan(seed, orders, tuple(strikes), arrivals)


def arrival_rate(orders: int) -> float:
    """Orders a second: more of them come faster, as far as one machine takes them."""
    return min(HIGHEST_RATE, max(USUAL_RATE, orders / LONGEST_SECONDS))


def _check(orders: int, seed: int) -> None:
    if isinstance(orders, bool) or not isinstance(orders, int):
        raise LearnerError(
            f"orders is a whole number, not {orders!r}.", advice="Try `lab.storm(orders=200)`."
        )
    if not FEWEST <= orders <= MOST:
        raise LearnerError(
            f"A storm has {FEWEST} to {MOST:,} orders; {'fewer' if orders < MOST else 'more'} were "
            "asked for.",
            advice="200 are enough to meet every kind of fault.",
        )
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise LearnerError(
            f"seed is a whole number, not {seed!r}.",
            advice="The same seed gives the same storm: `lab.storm(seed=7)`.",
        )


def _place(chance: random.Random, orders: int, rate: float) -> list[Strike]:
    """Every strike at orders of its own, as far as there are enough of them."""
    share = orders / 200
    blocks = [
        (recipe, max(1, round(recipe.run * min(1.0, share))))
        for recipe in RECIPES
        for _ in range(max(1, round(recipe.count * share)))
    ]
    # early ones sort into the first part, wherever chance puts the others
    blocks.sort(key=lambda block: chance.random() * block[0].within)
    last = int(orders * (1 - CALM)) - 1
    free = last - sum(run for _, run in blocks)
    if free < 0:
        return _crowded(chance, blocks, last, rate)
    cuts = sorted(chance.randint(0, free) for _ in blocks)
    strikes, taken = [], 0
    for cut, (recipe, run) in zip(cuts, blocks, strict=True):
        # the first order finds a calm sea
        strikes.append(_strike(recipe, cut + taken + 2, run, orders, rate))
        taken += run
    return strikes


def _crowded(
    chance: random.Random, blocks: list[tuple[Recipe, int]], last: int, rate: float
) -> list[Strike]:
    """A small storm: orders are struck by several faults. Whoever is turned away is not passed
    on, so that no order is struck both where it is taken and later."""
    taking = [recipe for recipe, _ in blocks if recipe.where == "taking"]
    others = [recipe for recipe, _ in blocks if recipe.where != "taking"]
    numbers = list(range(2, last + 2))
    chance.shuffle(numbers)
    half = max(1, len(numbers) * len(taking) // len(blocks))
    places = ((taking, numbers[:half]), (others, numbers[half:]))
    return [
        _strike(recipe, own[index % len(own)], 1, last, rate)
        for recipes, own in places
        for index, recipe in enumerate(recipes)
    ]


def _strike(recipe: Recipe, first: int, run: int, orders: int, rate: float) -> Strike:
    until = min(first + round(recipe.lasting * rate), orders) if recipe.lasting else 0
    return Strike(
        first,
        first + run - 1,
        recipe.kind,
        recipe.where,
        recipe.part,
        recipe.limit,
        recipe.seconds,
        recipe.times,
        until,
    )


def _kills_of_idle(chance: random.Random, orders: int) -> list[Strike]:
    """At some orders every environment without work dies, and what it remembered with it."""
    count = max(1, round(KILLS_OF_IDLE * orders / 200))
    numbers = sorted(chance.sample(range(2, orders + 1), min(count, orders - 1)))
    return [Strike(each, each, "kill", "everywhere", "environment") for each in numbers]


def _sizes(strikes: tuple[Strike, ...], kind: str) -> list[int]:
    return [len(strike.orders) for strike in strikes if strike.kind == kind]
