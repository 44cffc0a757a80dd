"""From one source to two notebooks: `build.py` lists the steps, `gate.py` is the author's gate."""
