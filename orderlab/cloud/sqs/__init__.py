"""SQS: queues whose messages lie on several simulated servers.

`service.py` lists the operations, `registry.py` holds the queues, and
`store.py` says what becomes of a message.
"""
