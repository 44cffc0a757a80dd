"""OpenAPI import: not done; refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orderlab.cloud.apigateway.control.calls import ControlCall
from orderlab.cloud.apigateway.state import Document
from orderlab.cloud.aws_error import NotDoneYet


def import_rest_api(call: ControlCall, new_api: Callable[..., Any]) -> Document:
    raise NotDoneYet("the import of OpenAPI documents")
