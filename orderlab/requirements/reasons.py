"""Why a requirement's colour changed in a chapter, or did not: a sentence for the scoreboard.

The colour is measured. A reason is shown only where the measured colour is the one it explains.
"""

from __future__ import annotations

_WHY = {
    (1, "R1", "red"): "Nothing stores an order yet, so every accepted one is lost.",
    (1, "R2", "red"): "Lambda scales, and nothing stores an order yet.",
    (1, "R3", "red"): "No other service can hear of an order.",
    (1, "R4", "amber"): "Logs and metrics are in CloudWatch now; the order's way ends too early.",
    (1, "R5", "green"): "No server runs: you pay for requests and for the time your code works.",
    (1, "R6", "red"): "Nothing behind the API works on an order yet.",
    (2, "R1", "red"): "accept-order calls the three services while the customer waits.",
    (2, "R2", "amber"): "Orders are stored, and the function and the table scale by themselves. "
    "Above the function's concurrency customers are refused.",
    (2, "R3", "red"): "accept-order has to be changed for each new service.",
    (2, "R4", "amber"): "The whole way can be shown; nothing tells you when a part fails.",
    (2, "R5", "green"): "Table and functions are paid for by use.",
    (2, "R6", "red"): "The customer waits for the slowest of the three services.",
    (3, "R1", "amber"): "The services left the request: one that fails harms no other. The order "
    "function itself still does.",
    (3, "R2", "amber"): "Above the function's concurrency customers are still refused.",
    (3, "R3", "green"): "A new service subscribes; nothing that is deployed changes.",
    (3, "R4", "green"): "Every part is in the trace, and every part that can fail has an alarm.",
    (3, "R5", "green"): "Everything is paid for by use.",
    (3, "R6", "amber"): "No service is waited for any more; the order function still is.",
    (4, "R1", "green"): "The queue takes orders while the order function is broken.",
    (4, "R2", "green"): "The queue takes what the function's concurrency does not let through.",
    (4, "R3", "green"): "A new service subscribes; nothing that is deployed changes.",
    (4, "R4", "green"): "Every part is in the trace, and every part that can fail has an alarm.",
    (4, "R5", "green"): "Everything is paid for by use.",
    (4, "R6", "green"): "The answer comes from the queue, before any function runs.",
}


def reason(chapter: int, requirement: str, colour: str) -> str:
    """Why the requirement has this colour after the chapter; empty where nothing is known."""
    return _WHY.get((min(chapter, 4), requirement, colour), "")
