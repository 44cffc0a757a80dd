"""The lab's own window into the cloud: `/_orderlab/...`, with the session's secret.

What AWS has no API for: the flight recorder, metered usage, execution environments, faults.
Every part registers its pages in `PAGES` of the cloud: method and path to a function.
"""

from __future__ import annotations

import hmac
import inspect
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.http import Request, Response

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud

PREFIX = "/_orderlab/"
KEY_HEADER = "x-orderlab-key"

# A page takes the query's and the body's parameters as one dictionary and returns JSON.
Page = Callable[[dict[str, Any]], Any | Awaitable[Any]]


async def answer(cloud: Cloud, request: Request) -> Response:
    """Answer one page; the secret access key is what opens it."""
    sent = request.headers.get(KEY_HEADER, "")
    if not hmac.compare_digest(sent.encode(), cloud.settings.secret_access_key.encode()):
        return Response.json({"message": f"{KEY_HEADER} is missing or wrong."}, status=403)
    page = cloud.pages.get(f"{request.method} {request.path.removeprefix(PREFIX)}")
    if page is None:
        return Response.json({"message": "No such page.", "pages": sorted(cloud.pages)}, status=404)
    try:
        parameters: dict[str, Any] = dict(parse_qsl(request.query_string))
        if request.body:
            parameters.update(json.loads(request.body))
        result = page(parameters)
        if inspect.isawaitable(result):
            result = await result
    except AwsError as error:
        return Response.json({"message": error.message}, status=error.status)
    except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as error:
        return Response.json({"message": f"Bad parameters: {error}"}, status=400)
    return result if isinstance(result, Response) else Response.json(result)
