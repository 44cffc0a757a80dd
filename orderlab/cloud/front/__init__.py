"""How a request comes in: connections, guards, keys, the dispatcher, the lab's own pages."""
