"""orderlab: build a serverless order backend on AWS, notebook by notebook, on your own machine.

The learner's whole vocabulary is exported here; everything else is reachable but not promised.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
