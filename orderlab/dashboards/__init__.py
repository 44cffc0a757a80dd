"""Live widgets: Python picks the numbers, a small ESM file draws.

`pulse.py` reads the running system a few times a second, `board.py` is the widget, `board.js`
draws.
"""
