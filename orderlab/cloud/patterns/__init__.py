"""What a caller gives as a pattern: wildcards and regular expressions.

No text and no pattern may hold the event loop: `wildcards.py` is linear, and `expressions.py`
leaves the loop as soon as an expression takes long.
"""
