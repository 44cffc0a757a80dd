"""What the cloud notes down about itself: the flight recorder, logs, metrics, metered usage.

`service.py` holds them all. Inside, `write`, `add` and `record` cost microseconds; from outside,
logs and metrics are read through CloudWatch's own APIs, recorder and meter through `/_orderlab/`.
"""
