"""Take away what a learner has in an account: found by tag and prefix, shown, deleted, proven.

`kinds.py` says how each kind of resource is found and deleted, `teardown.py` does it in order.
"""
