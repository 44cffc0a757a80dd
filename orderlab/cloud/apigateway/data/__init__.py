"""The data plane: how a request to a deployed API is carried out."""
