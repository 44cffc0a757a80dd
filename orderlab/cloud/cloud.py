"""The composed cloud by its former name."""

from orderlab.cloud.compose import Cloud

__all__ = ["Cloud"]
