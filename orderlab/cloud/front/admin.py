"""The lab's own window into the cloud: `/_orderlab/...`, with the session's secret.

It shows what AWS has no API for: the flight recorder, metered usage, execution environments,
faults. Every part of the cloud registers its pages when it is made.
"""

from __future__ import annotations

import hmac
import inspect
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Page
from orderlab.cloud.http import Request, Response

PREFIX = "/_orderlab/"
KEY_HEADER = "x-orderlab-key"


class Admin:
    """Answers requests below `/_orderlab/`; the secret access key opens them."""

    def __init__(self, pages: Mapping[str, Page], secret_access_key: str) -> None:
        """`pages` by method and path, such as `GET queues`; more may be added later."""
        self._pages = pages
        self._secret = secret_access_key.encode()

    async def answer(self, request: Request) -> Response:
        """The page as JSON. Nothing is raised: 403 without the secret, 404 for no such page, 413
        for a body that is too long, 400 for parameters that the page does not take."""
        if request.limit_exceeded:
            return Response.json({"message": "Request Entity Too Large"}, status=413)
        sent = request.headers.get(KEY_HEADER, "")
        if not hmac.compare_digest(sent.encode(), self._secret):
            return Response.json({"message": f"{KEY_HEADER} is missing or wrong."}, status=403)
        page = self._pages.get(f"{request.method} {request.path.removeprefix(PREFIX)}")
        if page is None:
            known = {"message": "No such page.", "pages": sorted(self._pages)}
            return Response.json(known, status=404)
        try:
            result = page(_parameters(request))
            if inspect.isawaitable(result):
                result = await result
        except AwsError as error:
            return Response.json({"message": error.message}, status=error.status)
        except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as error:
            return Response.json({"message": f"Bad parameters: {error}"}, status=400)
        return result if isinstance(result, Response) else Response.json(result)


def _parameters(request: Request) -> dict[str, Any]:
    parameters: dict[str, Any] = dict(parse_qsl(request.query_string))
    if request.body:
        parameters.update(json.loads(request.body))
    return parameters
