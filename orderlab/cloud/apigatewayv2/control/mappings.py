"""The mappings of integrations: are they such as can be carried out.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
"""

from __future__ import annotations

import re

from orderlab.cloud.apigatewayv2.control.errors import bad_request
from orderlab.cloud.apigatewayv2.model.expressions import ExpressionError, expression
from orderlab.cloud.apigatewayv2.model.state import Document

_MAX_VALUE = 512
_REQUEST_PLACE = re.compile(
    r"(?:append|overwrite|remove):(?:header|querystring)\.[^\s:]+|overwrite:path"
)
_RESPONSE_PLACE = re.compile(r"(?:append|overwrite|remove):header\.[^\s:]+|overwrite:statuscode")
_RESERVED = re.compile(
    r"access-control-.*|apigw-.*|authorization|connection|content-encoding|content-length|"
    r"content-location|forwarded|host|keep-alive|origin|proxy-.*|te|trailers?|transfer-encoding|"
    r"upgrade|x-amz-.*|x-amzn-.*|x-forwarded-.*|via",
    re.IGNORECASE,
)


def check_mappings(integration: Document) -> None:
    """BadRequestException for a place or a value that mappings cannot have."""
    parameters = integration.get("RequestParameters") or {}
    for place, value in parameters.items():
        if not integration.get("IntegrationSubtype"):
            _check_place(place, _REQUEST_PLACE)
        if not place.startswith("remove:"):
            _check_value(value, of_response=False)
    for status, mappings in (integration.get("ResponseParameters") or {}).items():
        if not re.fullmatch(r"[1-5][0-9][0-9]", status) or not 200 <= int(status) <= 599:
            raise bad_request(f"Invalid status code {status} in response parameters")
        for place, value in mappings.items():
            _check_place(place, _RESPONSE_PLACE)
            if not place.startswith("remove:"):
                _check_value(value, of_response=True)


def _check_place(place: str, form: re.Pattern[str]) -> None:
    if not form.fullmatch(place):
        raise bad_request(f"Invalid mapping expression parameter specified: {place}")
    _, _, where = place.partition(":header.")
    if where and _RESERVED.fullmatch(where):
        raise bad_request(f"Operations on header {where.lower()} are restricted")


def _check_value(value: str, *, of_response: bool) -> None:
    if len(value) > _MAX_VALUE:
        raise bad_request(f"A mapping expression is longer than {_MAX_VALUE} characters")
    try:
        expression(value, of_response=of_response)
    except ExpressionError as error:
        raise bad_request(str(error)) from None
