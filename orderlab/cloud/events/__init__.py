"""EventBridge: event buses, rules and their targets, archives and replays.

`service.py` answers the API; an event goes the way `put_events` -> `routing` -> `delivery`.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-what-is.html
"""
