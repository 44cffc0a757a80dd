"""JSON Schema, draft 4, as API Gateway's models use it: read, and compared with bodies.

The comparison is ours because libraries have no budget: they follow references to wherever they
lead, compare every item of a list with every other, and try alternatives without end.
"""
