"""One experiment a requirement; each takes a System and returns a Finding."""

from collections.abc import Callable

from orderlab.requirements.experiments.r1_resilient import resilient
from orderlab.requirements.experiments.r2_scales import scales
from orderlab.requirements.experiments.r3_decoupled import decoupled
from orderlab.requirements.experiments.r4_traceable import traceable
from orderlab.requirements.experiments.r5_cost import cost_follows_demand
from orderlab.requirements.experiments.r6_fast import answers_fast
from orderlab.requirements.finding import Finding
from orderlab.requirements.system import System

Experiment = Callable[[System], Finding]

EXPERIMENTS: dict[str, Experiment] = {
    "R1": resilient,
    "R2": scales,
    "R3": decoupled,
    "R4": traceable,
    "R5": cost_follows_demand,
    "R6": answers_fast,
}

__all__ = ["EXPERIMENTS", "Experiment"]
