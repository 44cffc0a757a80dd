"""Short forms for caches, layers and memory sizes: what chapter 06 needs beyond boto3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from orderlab.aws_target.base import Target

if TYPE_CHECKING:
    from orderlab.practice.power_tuning import PowerTuning
    from orderlab.practice.read_week import ReadWeek
    from orderlab.showing.picture import Picture

_SIZES = (128, 256, 512, 1024, 1769, 3008)


class TuningWords:
    """What chapter 06 needs beyond boto3."""

    target: Target

    @property
    def has_dax(self) -> bool:
        """Whether AWS's client of DAX is installed."""
        from orderlab.practice.caches import is_installed

        return is_installed()

    def cache(self, cluster: str) -> Any:
        """A client of a DAX cluster: AWS's own, or a stand-in with its rules if that is missing."""
        from orderlab.practice.caches import open_cache

        return self._noting_writes(open_cache(self.target, cluster))

    def dax_role(self, *tables: str, name: str = "cache-role") -> str:
        """The ARN of a role with which a DAX cluster may use these tables."""
        from orderlab.practice.caches import role

        return role(self._practice(), name, tables)

    def dax_layer(self) -> bytes:
        """The zip of a layer with AWS's client of DAX."""
        from orderlab.practice.package_layers import DAX_CLIENT, layer_of

        return layer_of(*DAX_CLIENT)

    def powertools_layer(self) -> bytes:
        """The zip of a layer with Powertools for AWS Lambda."""
        from orderlab.practice.package_layers import POWERTOOLS, layer_of

        return layer_of(*POWERTOOLS)

    def read_week(
        self, client: Any, table: str, *, orders: int = 100, seed: int = 6, strong: bool = False
    ) -> ReadWeek:
        """Read the week's first orders as their customers look at them, ten times each.

        `strong` asks for strongly consistent reads. The looks of days pass in seconds here.
        """
        from orderlab.practice.read_week import read_week

        return read_week(self.target, client, table, orders=orders, seed=seed, strong=strong)

    def hit_ratios(self, seconds: Sequence[float], *, seed: int = 6) -> dict[float, float]:
        """By time to live: the share of all looks of the week that a cache would answer."""
        from orderlab.practice.read_week import hit_ratios

        return hit_ratios(seconds, seed=seed)

    def read_times(self, reads: Mapping[str, ReadWeek]) -> Picture:
        """How long reads took, from the quickest to the slowest, one line for each name."""
        from orderlab.practice.read_week import times_plot

        return times_plot(reads)

    def new_table(self, name: str, key: str, sort: str = "") -> None:
        """A table on demand with string keys; one of that name is removed before."""
        from orderlab.practice.tables import new_table

        new_table(self._practice(), name, key, sort)

    def configure(self, name: str, **settings: Any) -> None:
        """UpdateFunctionConfiguration, and wait until the function has it."""
        from orderlab.practice.functions import configure

        configure(self._practice(), name, **settings)

    def init_ms(self, name: str, *, starts: int = 3) -> float:
        """The middle one of the Init times of a function that is started anew so many times."""
        from orderlab.practice.functions import init_ms

        return init_ms(self._practice(), name, starts)

    def log_bytes(self, name: str, events: Sequence[Any]) -> float:
        """Invoke a function with each event: how many bytes of log one call makes."""
        from orderlab.practice.functions import log_bytes

        return log_bytes(self.target, name, events)

    def power_tuning(
        self, name: str, sizes: Sequence[int] = _SIZES, payload: Any = None, n: int = 3
    ) -> PowerTuning:
        """Measure a function at several memory sizes: `.ms`, `.usd`, `.table()`, `.plot()`.

        At each size it is called once to warm it, and `n` times to measure it.
        """
        from orderlab.practice.power_tuning import power_tuning

        return power_tuning(self.target, name, sizes, payload, n)

    def lambda_cost(self, memory_mb: float, milliseconds: float) -> float:
        """US dollars of one invocation of a memory size (MB) that took so long."""
        from orderlab.practice.power_tuning import cost_of

        return cost_of(memory_mb, milliseconds)

    def _noting_writes(self, client: Any) -> Any:
        """See `Words`."""
        return client

    def _practice(self) -> Target:
        """See `Words`."""
        return self.target
