"""The storm: real orders on the clock, while a seeded nemesis breaks what is deployed.

plan.py      which faults strike which orders: from the seed and the number of orders alone
parts.py     what is deployed, by the work that it does for an order
nemesis.py   carries the plan out, and mends everything
sender.py    the customers, and their own record of what they were told
settling.py  waits until nothing is under way any more
evidence.py  what the tables hold, and what the flight recorder saw
checker.py   the five promises
story.py     the way of one order, short enough to understand at a glance
result.py    the card
run.py       all of it, in order
"""
