"""A local AWS: knows AWS, knows nothing of orders or notebooks.

One process, one port, one event loop. `cloud.py` says what it is made of, `server.py` how a
request finds its way, `contracts/` what the parts may ask of each other.
"""
