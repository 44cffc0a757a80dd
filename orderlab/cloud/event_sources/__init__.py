"""Lambda's event source mappings: who reads queues and streams on a function's behalf.

`service.py` answers the API; a mapping that is enabled has a poller (`sqs.py`,
`dynamodb_streams.py`) that does poll -> filter -> batch -> invoke -> settle.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
"""
