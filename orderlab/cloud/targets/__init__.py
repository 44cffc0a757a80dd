"""What rules, pipes and schedules share: how they reach a target, and when they fire."""
