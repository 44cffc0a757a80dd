"""The data plane: how a request to an HTTP API is carried out."""
