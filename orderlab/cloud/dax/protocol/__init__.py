"""The protocol of DAX as values and bytes: no sockets, nothing that waits.

AWS documents no protocol of DAX; what stands here was learnt from its clients, which are public.
"""
