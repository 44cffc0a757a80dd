"""Chapter 00, answered by counting and reckoning in plain loops."""

from __future__ import annotations

from tests.browser.answers import Answer

ANSWERS: dict[str, Answer] = {
    "0.1": """
counts = {}
for each in orders:
    date, time = each["placed_at"].split("T")
    hour = f"{date} {time.split(':')[0]}"
    counts[hour] = counts.get(hour, 0) + 1
most = max(counts.values())
busiest = [next(hour for hour in counts if counts[hour] == most), most]
""",
    "0.2": """
for step, broken in (("inventory", False), ("invoicing", False), ("shipping", True)):
    monolith.control(step, fail=broken)
for _ in range(3):
    lab.place_orders(1, url=monolith.url, clients=1)
""",
    "0.3": """
failures, successes = 3, 1
bills = sum(1 for _ in range(failures + successes))
""",
    "0.4": """
by_requirement = {"R1": "b", "R2": "f", "R3": "e", "R4": "a", "R5": "d", "R6": "c"}
requirement_of = {letter: code for code, letter in by_requirement.items()}
""",
    "0.5": """
way.update(catalogue="lift and shift", reports="replatform", orders="refactor")
""",
    "0.6": """
busy_at_once = 178 * 0.09
size = dict(workers=round(busy_at_once * 1.5))
size["backlog"] = 2 * size["workers"]
""",
}
