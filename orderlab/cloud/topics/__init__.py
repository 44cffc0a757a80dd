"""SNS: topics, their subscriptions, and what becomes of a published message.

Read `service.py` for the operations, `delivery.py` for the way of a message.
"""
