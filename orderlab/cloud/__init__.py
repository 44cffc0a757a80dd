"""A local AWS: knows AWS, knows nothing of orders or notebooks.

One process, one port, one event loop. `compose.py` says what it is made of and who gets what,
`server.py` how a request finds its way, `dispatch.py` how a call of the AWS API is answered, and
`contracts/` what the parts may ask of each other.
"""
