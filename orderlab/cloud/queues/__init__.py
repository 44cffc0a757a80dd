"""SQS: queues whose messages lie on several simulated servers.

Read `service.py` for the operations, `store.py` for what becomes of a message.
"""
