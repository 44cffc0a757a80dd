"""EventBridge's schema registry: schemas of events, kept by hand or discovered on a bus.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schema.html
"""
