"""From one source to two notebooks: `build.py` is the list of steps, `gate.py` the author's gate."""
