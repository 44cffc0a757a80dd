"""The system that the customer runs today: one program, one SQL database, everything at once.

    with Monolith() as monolith:
        replay(monolith.url, SAMPLE)
        monolith.control("shipping", fail=True)

`shop.py` is the order service, `services.py` the three it calls inside each request, `server.py`
the HTTP server with its bounded pool of workers, `process.py` runs them as a child process.
"""

from orderlab.orders.monolith.process import Monolith

__all__ = ["Monolith"]
