"""The order service: checks, calls the three services, stores, answers; all while one waits.

It writes its own record last, when everybody has agreed. So an order whose shipping failed is
nowhere in the shop, while inventory has reserved its goods and invoicing has sent its bill; and
the customer who tries again is billed again. Nobody planned that: it is what becomes of a call in
the middle of another.
"""

from __future__ import annotations

import http.client
import json
import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from orderlab.orders.contract import violation

DOWNSTREAM_SECONDS = 5.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
  order_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, store_id TEXT NOT NULL,
  placed_at TEXT NOT NULL, coupon_cents INTEGER NOT NULL, total_cents INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS order_lines (
  order_id TEXT NOT NULL REFERENCES orders, number INTEGER NOT NULL, sku TEXT NOT NULL,
  name TEXT NOT NULL, department TEXT NOT NULL, quantity INTEGER NOT NULL,
  unit_price_cents INTEGER NOT NULL, PRIMARY KEY (order_id, number));
CREATE INDEX IF NOT EXISTS orders_of_customer ON orders (customer_id, placed_at);
"""
_LINE = ("sku", "name", "department", "quantity", "unit_price_cents")


class DownstreamFailed(Exception):
    """A service that the order needs did not do its work."""


class Shop:
    """`services` are addresses by name, called in that order."""

    def __init__(self, database: Path, services: Mapping[str, str]) -> None:
        self._database = database
        self._services = services
        # a connection to the database for each worker, as such programs have
        self._local = threading.local()
        self._connection().executescript("PRAGMA journal_mode=WAL;" + _SCHEMA)

    def __call__(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        parts = [unquote(part) for part in urlsplit(path).path.strip("/").split("/")]
        if method == "POST" and parts == ["orders"]:
            return self._place(body)
        if method == "GET" and parts == ["state"]:
            return 200, self._order_ids()
        if method == "GET" and len(parts) == 2 and parts[0] == "orders":
            found = self._select("order_id", parts[1])
            return (200, found[0]) if found else (404, {"message": "No such order."})
        if method == "GET" and len(parts) == 3 and (parts[0], parts[2]) == ("customers", "orders"):
            return 200, {"orders": self._select("customer_id", parts[1])}
        return 404, {"message": "Not found"}

    def _place(self, body: bytes) -> tuple[int, Any]:
        try:
            order = json.loads(body)
        except (ValueError, RecursionError):
            return 400, {"message": "The body is no JSON."}
        if broken := violation(order):
            return 400, {"message": broken}
        try:
            for name, url in self._services.items():
                _call(name, url, body)
            self._insert(order)
        except DownstreamFailed as error:
            return 502, {"message": str(error)}
        except sqlite3.IntegrityError:
            # found out last, when the services have done their work once more
            return 409, {"message": "This order_id is taken."}
        return 201, {"order_id": order["order_id"], "status": "ACCEPTED"}

    def _insert(self, order: Mapping[str, Any]) -> None:
        goods = sum(line["quantity"] * line["unit_price_cents"] for line in order["lines"])
        total = max(0, goods - order["coupon_cents"])
        head = [order[n] for n in ("order_id", "customer_id", "store_id", "placed_at")]
        rows = [
            (order["order_id"], number, *(line[name] for name in _LINE))
            for number, line in enumerate(order["lines"])
        ]
        with self._connection() as database:
            database.execute(
                "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)",
                [*head, order["coupon_cents"], total],
            )
            database.executemany("INSERT INTO order_lines VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def _select(self, column: str, value: str) -> list[dict[str, Any]]:
        database = self._connection()
        # `column` is one of two names written above, never what a client sent
        orders = database.execute(
            f"SELECT * FROM orders WHERE {column} = ? ORDER BY placed_at DESC LIMIT 100", [value]
        ).fetchall()
        return [{**dict(order), "lines": self._lines(order["order_id"])} for order in orders]

    def _lines(self, order_id: str) -> list[dict[str, Any]]:
        columns = ", ".join(_LINE)
        rows = self._connection().execute(
            f"SELECT {columns} FROM order_lines WHERE order_id = ? ORDER BY number", [order_id]
        )
        return [dict(row) for row in rows]

    def _order_ids(self) -> dict[str, int]:
        return {row[0]: 1 for row in self._connection().execute("SELECT order_id FROM orders")}

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "database"):
            self._local.database = sqlite3.connect(self._database, timeout=10)
            self._local.database.row_factory = sqlite3.Row
        connection: sqlite3.Connection = self._local.database
        return connection


def _call(name: str, url: str, body: bytes) -> None:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc, timeout=DOWNSTREAM_SECONDS)
    try:
        connection.request("POST", "/", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise DownstreamFailed(f"{name} does not answer: {error}") from None
    finally:
        connection.close()
    if answer.status != 200:
        raise DownstreamFailed(f"{name} answered {answer.status}")
