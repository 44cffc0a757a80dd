"""EventBridge Scheduler: one-time and recurring schedules in groups.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html
"""
