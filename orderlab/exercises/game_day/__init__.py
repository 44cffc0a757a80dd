"""A game day: faults that nobody names, found from logs, metrics and traces against the clock."""
