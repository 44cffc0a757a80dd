"""The customer's requirements R1 to R6, each an experiment on what stands now.

`system.py` says what an experiment may do to a system, `on_the_cloud.py` and `on_the_monolith.py`
do it, `experiments/` holds one file a requirement, `scoreboard.py` runs them all.
"""
