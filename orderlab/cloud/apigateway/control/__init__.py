"""The control plane: the calls that build, deploy and set up APIs."""
