"""inventory, invoicing and shipping as the customer has them today: called, and not idempotent.

Each does its work whenever it is asked: asked twice about one order, it does it twice.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from typing import Any

NAMES = ("inventory", "invoicing", "shipping")
# What one of these calls takes in the customer's data centre, by their word. Three of them make an
# order of 0.09 s, so that 8 workers take at most 89 orders a second: five times the busiest hour's
# 18, and half of the promotion's 178.
USUAL_SECONDS = 0.03


class DownstreamService:
    """POST / does the work for one order. POST /control makes it slow or breaks it:
    `{"fail": true}`, `{"seconds": 2.0}`. GET /state gives what it did."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.fail = False
        self.seconds = USUAL_SECONDS
        self._done: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        if (method, path) == ("GET", "/state"):
            with self._lock:
                return 200, dict(self._done)
        if (method, path) == ("POST", "/control"):
            return self._control(json.loads(body))
        if (method, path) == ("POST", "/"):
            return self._work(json.loads(body))
        return 404, {"message": "Not found"}

    def _control(self, wanted: dict[str, Any]) -> tuple[int, Any]:
        self.fail = bool(wanted.get("fail", self.fail))
        self.seconds = float(wanted.get("seconds", self.seconds))
        return 200, {"fail": self.fail, "seconds": self.seconds}

    def _work(self, order: dict[str, Any]) -> tuple[int, Any]:
        time.sleep(self.seconds)
        if self.fail:
            return 500, {"message": f"{self.name} is broken"}
        with self._lock:
            self._done[order["order_id"]] += 1
        return 200, {"done": True}
