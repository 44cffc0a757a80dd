"""What CloudWatch keeps of the values of one period, and the statistics computed from them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
"""

from __future__ import annotations

import random
import re
from array import array
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from math import ceil, floor

# values kept for percentiles; beyond that a random sample of them
MAX_SAMPLES = 200
# the same where many periods are taken together: every second of them, every third ...
MAX_MERGED_SAMPLES = 20_000
_PERCENTILE = re.compile(r"^p(\d{1,2}(?:\.\d{1,10})?|100)$")
_PLAIN = ("SampleCount", "Sum", "Minimum", "Maximum", "Average")
_TRIMMED = re.compile(r"^(tm)(\d{1,2}(?:\.\d{1,10})?)$")


class StatisticSet:
    """Count, sum, least and greatest value, and a sample."""

    __slots__ = ("count", "maximum", "minimum", "samples", "total")

    def __init__(self) -> None:
        self.count = 0.0
        self.total = 0.0
        self.minimum = float("inf")
        self.maximum = float("-inf")
        self.samples = array("d")

    @classmethod
    def of(
        cls, count: float, total: float, minimum: float, maximum: float, samples: array[float]
    ) -> StatisticSet:
        """A set with these members."""
        found = cls.__new__(cls)
        found.count, found.total, found.minimum, found.maximum = count, total, minimum, maximum
        found.samples = samples
        return found

    def add_all(self, values: Sequence[float], chance: random.Random) -> None:
        """Add values, each once."""
        room = MAX_SAMPLES - len(self.samples)
        self.samples.extend(values[:room])
        self.count += len(values[:room])
        for value in values[room:]:
            self.count += 1
            self._sample(value, chance)
        self.total += sum(values)
        self.minimum = min(self.minimum, *values)
        self.maximum = max(self.maximum, *values)

    def add(self, value: float, chance: random.Random, times: float = 1.0) -> None:
        """Add a value that many times."""
        self.count += times
        self.total += value * times
        if value < self.minimum:
            self.minimum = value
        if value > self.maximum:
            self.maximum = value
        if times == 1.0:
            self._sample(value, chance)
        else:
            self._sample_many(value, chance, times)

    def _sample(self, value: float, chance: random.Random) -> None:
        if len(self.samples) < MAX_SAMPLES:
            self.samples.append(value)
            return
        place = int(chance.random() * self.count)
        if place < MAX_SAMPLES:
            self.samples[place] = value

    def _sample_many(self, value: float, chance: random.Random, times: float) -> None:
        """Give a value its part of the sample, where it is added that many times at once."""
        room = MAX_SAMPLES - len(self.samples)
        filled = min(int(times), room)
        self.samples.extend([value] * filled)
        if times > room:
            for _ in range(int(MAX_SAMPLES * min((times - filled) / self.count, 1.0))):
                self.samples[int(chance.random() * MAX_SAMPLES)] = value

    def add_set(self, count: float, total: float, minimum: float, maximum: float) -> None:
        """Add values of which only the statistics are known; percentiles do not see them."""
        self.count += count
        self.total += total
        self.minimum = min(self.minimum, minimum)
        self.maximum = max(self.maximum, maximum)

    def merge(self, others: Iterable[StatisticSet]) -> StatisticSet:
        """Add what other sets have counted; of all their samples a part is kept. Returns itself."""
        samples = [self.samples]
        for other in others:
            self.add_set(other.count, other.total, other.minimum, other.maximum)
            samples.append(other.samples)
        step = max(sum(map(len, samples)) // MAX_MERGED_SAMPLES, 1)
        self.samples = array("d", islice(chain.from_iterable(samples), 0, None, step))
        return self

    def value(self, statistic: str) -> float | None:
        """One statistic: `Sum`, `Average`, `p99` ...; None if there are no values for it."""
        return self.values([statistic])[statistic]

    def values(self, statistics: Iterable[str]) -> dict[str, float | None]:
        """Several statistics; the sample is sorted once for all of them."""
        ordered: list[float] = []
        found = {}
        for statistic in statistics:
            if not ordered and statistic not in _PLAIN:
                ordered = sorted(self.samples)
            found[statistic] = self._value(statistic, ordered)
        return found

    def _value(self, statistic: str, ordered: list[float]) -> float | None:
        if not self.count:
            return None
        plain = {
            "SampleCount": self.count,
            "Sum": self.total,
            "Minimum": self.minimum,
            "Maximum": self.maximum,
            "Average": self.total / self.count,
        }
        if statistic in plain:
            return plain[statistic]
        if statistic == "IQM":
            return _trimmed(ordered, 25, 75)
        if match := _PERCENTILE.match(statistic):
            return _percentile(ordered, float(match[1]))
        match = _TRIMMED.match(statistic)
        return _trimmed(ordered, 0, float(match[2])) if match else None


def _percentile(ordered: list[float], percent: float) -> float | None:
    if not ordered:
        return None
    place = percent / 100 * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _trimmed(ordered: list[float], low: float, high: float) -> float | None:
    kept = ordered[floor(len(ordered) * low / 100) : ceil(len(ordered) * high / 100)]
    return sum(kept) / len(kept) if kept else None


def is_statistic(name: str) -> bool:
    """Whether CloudWatch knows a statistic of that name, and we do."""
    known = name in _PLAIN or name == "IQM"
    return known or bool(_PERCENTILE.match(name) or _TRIMMED.match(name))
