"""Which four troubles a game day has: chosen by a seed, so that a day can be played again."""

from __future__ import annotations

import random
from dataclasses import dataclass

from orderlab.exercises.game_day.kinds import AT_A_SERVICE, ON_THE_WAY, SLOW_TABLE, Kind
from orderlab.orders.architecture import SERVICES

_SERVED = {
    "inventory": 'A customer: "What I bought still stands in the shop as available. Do your stock '
    'figures move at all?"',
    "invoicing": 'A customer: "Where is my invoice? It used to come minutes after the order."',
    "shipping": 'The warehouse: "Parcels stand here without a label, and there are more of them."',
}
_ON_THE_WAY = {
    "orders": 'A customer: "The page says that my order is on its way to you, for longer than '
    'usual."',
    "orders-inbox": 'A partner shop: "Some of our orders were taken, and then never heard of '
    'again."',
    "process-order": 'A customer: "I get a number for my order at once, and then the page knows '
    'nothing of it for a while."',
    "publish-order-events": 'A customer: "My order is in your system. But stock, invoice and label '
    'all come late today."',
}
# what a place may be called as well
_ALSO = {
    "orders": ("process order", "dynamodb"),
    "orders-inbox": ("inbox", "process order", "worker"),
    "process-order": ("worker", "inbox"),
    "publish-order-events": ("publish", "stream", "order events"),
}


@dataclass(frozen=True)
class Trouble:
    """One trouble of a day: its kind and its place, and what a customer reports of it."""

    kind: Kind
    place: str
    clue: str

    @property
    def in_words(self) -> str:
        return self.kind.says.format(place=self.place)

    @property
    def shows(self) -> str:
        return self.kind.shows.format(place=self.place)

    def is_at(self, component: str) -> bool:
        """Whether a component, in plain words, is where this trouble is."""
        said = plain(component)
        return any(f" {plain(name)} " in f" {said} " for name in self.names)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.place, *_ALSO.get(self.place, ()))


def plain(text: str) -> str:
    """Words in lower case with single spaces between them."""
    kept = (letter if letter.isalnum() else " " for letter in text.lower())
    return " ".join("".join(kept).split())


def chosen(seed: int) -> tuple[Trouble, ...]:
    """The troubles of a day: one on the way of every order, and one of another kind at each
    service."""
    chance = random.Random(f"game day {seed}")
    first, place = chance.choice(ON_THE_WAY)
    # a slow table twice would be one thing to find
    others = [kind for kind in AT_A_SERVICE if not (kind is first is SLOW_TABLE)]
    kinds = chance.sample(others, len(SERVICES))
    found = [Trouble(first, place, _ON_THE_WAY[place])]
    found += [Trouble(kind, at, _SERVED[at]) for kind, at in zip(kinds, SERVICES, strict=True)]
    return tuple(chance.sample(found, len(found)))
