"""SNS: topics, their subscriptions, and what becomes of a published message.

`service.py` lists the operations, `registry.py` holds topics and subscriptions, and `delivery.py`
is a message's way to its subscribers.
"""
