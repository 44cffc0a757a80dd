"""The control plane: the calls that build HTTP APIs."""
