"""CloudWatch Logs: groups and streams are moto's state, events and their reading are ours."""
