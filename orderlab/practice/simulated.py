"""Simulations as a notebook shows them: what came of a run, and what it assumes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from orderlab.practice import capacity_week
from orderlab.showing.exportable import Exportable
from orderlab.showing.table import Table
from orderlab.simulation import connections
from orderlab.simulation.provisioned import Outcome


class SimulatedStorm(Exportable):
    """One run of the connection storm, with its assumptions."""

    def __init__(self, run: connections.Storm) -> None:
        self._run = run

    def __getattr__(self, name: str) -> Any:
        return getattr(self._run, name)

    def __repr__(self) -> str:
        run = self._run
        return (
            f"simulated: {run.requests} requests, {run.refused} refused, "
            f"{run.peak_connections} connections, {run.peak_querying} queries at once"
        )

    def exported_table(self) -> Table:
        """What came of the run."""
        run = self._run
        row = {
            "requests": run.requests,
            "refused": run.refused,
            "most connections": run.peak_connections,
            "most queries at once": run.peak_querying,
        }
        return Table([row], caption="A simulated connection storm")

    def assumptions(self) -> Table:
        """Every parameter, its value and where it comes from."""
        rows = [
            {"parameter": name, "value": f"{value:g}", "source": connections.SOURCES[name]}
            for name, value in asdict(self._run.given).items()
        ]
        return Table(rows, caption="Simulated with these assumptions")


def connection_storm(*, proxy: bool, seed: int = 1) -> SimulatedStorm:
    """The promotion against a database with a connection limit, with or without RDS Proxy."""
    return SimulatedStorm(connections.storm(proxy=proxy, seed=seed))


class ProvisionedWeek(Exportable):
    """The week against a provisioned capacity: US dollars, and the share that was refused."""

    def __init__(self, outcome: Outcome, usd: float) -> None:
        self.refused_share, self.usd = outcome.refused_share, usd

    def __repr__(self) -> str:
        return f"simulated: $ {self.usd:.2f} a week, {self.refused_share:.2%} refused"


def provisioned(capacity: Any) -> ProvisionedWeek:
    """One number of write units a second, 24 by hour of the day (UTC), or 168."""
    return ProvisionedWeek(*capacity_week.provisioned(capacity))
