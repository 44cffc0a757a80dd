"""The chances of a short poll, computed and not tried: exact, for any weights.

The servers that a poll asks are drawn one after the other, each by its weight among those that are
left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from orderlab.simulation.polling import Setting


def chance_of_empty(setting: Setting, messages: int) -> float:
    """That a short poll answers with nothing, where messages lie on servers by chance.

    Whichever servers are asked: each message lies on one of the others with the same chance, and
    whatever the weights are.
    """
    left = setting.servers
    return _over_samples(setting, lambda asked: ((left - asked) / left) ** messages)


def chance_of_missing(setting: Setting, servers: Iterable[int]) -> float:
    """That a short poll asks none of these servers."""
    chances = _chances_of_missing(setting, frozenset(servers))
    return _over_samples(setting, lambda asked: chances[asked])


def _over_samples(setting: Setting, chance: Callable[[int], float]) -> float:
    """The mean over the numbers of servers that a poll may ask, each as likely as another."""
    low, high = setting.sample
    return sum(chance(asked) for asked in range(low, high + 1)) / (high - low + 1)


def _chances_of_missing(setting: Setting, spared: frozenset[int]) -> list[float]:
    """For 0, 1, 2 ... servers that are asked: the chance that none of them is a spared one.

    Servers of the same weight are alike, so that only how many of each weight were drawn counts.
    """
    others = [w for place, w in enumerate(setting.weights) if place not in spared]
    kinds = sorted(Counter(others).items())
    weights, counts = [weight for weight, _ in kinds], [count for _, count in kinds]
    total = sum(setting.weights)
    reached: dict[tuple[int, ...], float] = {(0,) * len(weights): 1.0}
    chances = [1.0]
    for _ in range(setting.sample[1]):
        further: dict[tuple[int, ...], float] = {}
        for drawn, chance in reached.items():
            left = total - sum(n * weight for n, weight in zip(drawn, weights, strict=True))
            for kind, weight in enumerate(weights):
                free = counts[kind] - drawn[kind]
                if free:
                    now = (*drawn[:kind], drawn[kind] + 1, *drawn[kind + 1 :])
                    further[now] = further.get(now, 0.0) + chance * free * weight / left
        reached = further
        chances.append(sum(reached.values()))
    return chances
