"""How each kind of resource of the order system is made, changed and removed.

Every `ensure_...` may be called again: it makes what is missing, mends what differs, and leaves
what is right. Every `remove_...` does nothing where nothing is.
"""
