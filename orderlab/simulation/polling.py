"""A simulation of short polls: servers drawn by weight, messages that lie where chance put them.

Nothing here is measured. A receive draws how many servers it asks, and which; it gets one message
from each that has any, and one more for every `SHARE` that it holds. The same seed gives the same
figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

SERVERS = 8
SAMPLE = (2, 4)
SHARE = 16
MOST = 10
MOST_SERVERS = 16
# so many receives at a time: what they need stays in a processor's cache
_AT_ONCE = 8192
# up to so many messages are laid one by one
_ONE_BY_ONE = 24


@dataclass(frozen=True, slots=True)
class Setting:
    """The servers of a queue: a weight for each, and how few and how many a short poll asks."""

    servers: int
    sample: tuple[int, int]
    weights: tuple[float, ...]

    @classmethod
    def of(
        cls,
        servers: int | None = None,
        sample: int | Sequence[int] | None = None,
        weights: Sequence[float] | None = None,
    ) -> Setting:
        """A setting, with the usual values where none are given. ValueError if it is impossible."""
        count = servers if servers is not None else len(weights or ()) or SERVERS
        if not 1 <= count <= MOST_SERVERS:
            raise ValueError(f"A queue has 1 to {MOST_SERVERS} servers here, not {count}.")
        chosen = tuple(float(weight) for weight in weights) if weights else (1.0,) * count
        if len(chosen) != count or not all(0 < weight < float("inf") for weight in chosen):
            raise ValueError(f"{count} weights above 0 are wanted, one for each server.")
        if sample is None:
            sample = [min(each, count) for each in SAMPLE]
        few, *more = (sample, sample) if isinstance(sample, int) else sample
        if len(more) != 1 or not 1 <= few <= more[0] <= count:
            raise ValueError(f"A short poll asks 1 to {count} servers, not {sample}.")
        return cls(count, (few, more[0]), chosen)

    def as_words(self) -> dict[str, Any]:
        """The setting as arguments."""
        return {"servers": self.servers, "sample": self.sample, "weights": self.weights}


@dataclass(frozen=True, slots=True)
class Counted:
    """What came of so many receives: empty answers, full ones, and messages in all."""

    receives: int
    empty: int
    full: int
    messages: int


def simulate(
    setting: Setting,
    messages: int,
    *,
    lying: Sequence[int] | None = None,
    receives: int,
    most: int = MOST,
    seed: int,
) -> Counted:
    """Short polls, each of a queue with so many messages.

    The messages lie on servers by chance, anew for each receive; or, with `lying`, always on those.
    """
    chance = np.random.Generator(np.random.SFC64(seed))
    empty = full = came = 0
    for count in _parts(receives):
        if lying is None and messages > _ONE_BY_ONE:
            depths, asked = _many(chance, setting, messages, count)
        else:
            depths = _depths(chance, setting, messages, lying, count)
            asked = _asked(chance, setting, count)
        got = np.minimum(depths, 1 + depths // SHARE)
        got *= asked
        answers = np.minimum(got.sum(axis=1, dtype=np.int64), most)
        empty += count - int(np.count_nonzero(answers))
        full += int(np.count_nonzero(answers == most))
        came += int(answers.sum())
    return Counted(receives, empty, full, came)


def _parts(receives: int) -> Iterator[int]:
    while receives > 0:
        yield min(receives, _AT_ONCE)
        receives -= _AT_ONCE


def _asked(chance: np.random.Generator, setting: Setting, count: int) -> Any:
    """Which servers each receive asks, drawn by weight without putting back.

    Each server gets a random time that is short where its weight is high: the first ones are asked.
    """
    times = chance.standard_exponential((count, setting.servers), dtype=np.float32)
    if len(set(setting.weights)) > 1:
        times /= np.array(setting.weights, dtype=np.float32)
    low, high = setting.sample
    if low == high == setting.servers:
        return np.ones((count, setting.servers), dtype=bool)
    ordered = np.sort(times, axis=1)
    last = chance.integers(low - 1, high, count)
    return times <= ordered[np.arange(count), last][:, None]


def _depths(
    chance: np.random.Generator,
    setting: Setting,
    messages: int,
    lying: Sequence[int] | None,
    count: int,
) -> Any:
    """How many messages lie on each server, for each receive."""
    servers = setting.servers
    if lying is not None:
        fixed = np.bincount(np.array(lying, dtype=np.int64), minlength=servers)
        return np.broadcast_to(fixed.astype(np.int32), (count, servers)).copy()
    places = chance.integers(0, servers, (count, messages), dtype=np.int32)
    places += (np.arange(count, dtype=np.int32) * servers)[:, None]
    found = np.bincount(places.ravel(), minlength=count * servers)
    return found.reshape(count, servers).astype(np.int32)


def _many(
    chance: np.random.Generator, setting: Setting, messages: int, count: int
) -> tuple[Any, Any]:
    """How many messages lie on the first server that each receive asks, on its second, and so on;
    and which of these it asks.

    Messages are laid without regard to who will be asked: which servers these are does not matter.
    """
    low, high = setting.sample
    shares = np.full(high + 1, 1 / setting.servers)
    shares[high] = max(0.0, 1 - high / setting.servers)
    depths = chance.multinomial(messages, shares, size=count)[:, :high]
    asked = chance.integers(low, high + 1, count)
    return depths.astype(np.int32), np.arange(high) < asked[:, None]
