"""EventBridge Pipes: from one source through filter and enrichment to one target.

A pipe that runs has a reader (`queue_reader.py`, `stream_reader.py`), which takes batches and
hands them to `flow.py`: filter -> enrichment -> input template -> target.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html
"""
