"""One file a service: what it lists, as nodes and edges."""
