"""IAM's lists, page by page: moto gives nearly all of them whole.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from orderlab.cloud.contracts import Call, Parameters
from orderlab.cloud.http import Request, Response
from orderlab.cloud.iam.quotas import ValidationError
from orderlab.cloud.protocols.query import form_of
from orderlab.cloud.service_models import service_model

_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
_IN = f"{{{_NAMESPACE}}}"
DEFAULT, MOST = 100, 1000
# more than moto holds of anything
_ALL = "100000"
# what tells the rows of a list from each other: the first of these that a row has
_KEYS = (
    *("AccessKeyId", "SerialNumber", "CertificateId", "SSHPublicKeyId", "VersionId", "Key"),
    *("UserName", "GroupName", "RoleName", "InstanceProfileName", "PolicyName"),
    "ServerCertificateName",
)
# a row's list among those of the answer, and its place in it
Place = tuple[int, int, str]


def is_paged(call: Call, parameters: Parameters) -> bool:
    """Whether the answer is cut here. AWS's own policies, more than a thousand, are moto's."""
    if call.operation == "ListPolicies":
        return parameters.get("Scope") == "Local"
    if not call.operation.startswith(("List", "Get")):
        return False
    output = service_model("iam").operation_model(call.operation).output_shape
    return output is not None and "Marker" in output.members


def page(call: Call, parameters: Parameters, ask: Callable[[Request], Any]) -> Any:
    """The page that a call asks for, of all rows that `ask` gives, in the order of their names.

    Raises ValidationError for a marker or a size of the page that cannot be.
    """
    most = _size(parameters.get("MaxItems"))
    after = _place(parameters.get("Marker"))
    answer = ask(_for_all(call.request, parameters))
    if not isinstance(answer, Response) or answer.status != 200:
        return answer
    return replace(answer, body=_cut(call.operation, answer.body, most, after))


def _size(given: Any) -> int:
    if given is None:
        return DEFAULT
    size = int(given)
    if not 1 <= size <= MOST:
        bound = "greater than or equal to 1" if size < 1 else f"less than or equal to {MOST}"
        raise ValidationError(
            f"1 validation error detected: Value '{size}' at 'maxItems' failed to satisfy "
            f"constraint: Member must have value {bound}"
        )
    return size


def _place(marker: Any) -> Place | None:
    if not marker:
        return None
    try:
        number, order, key = json.loads(base64.urlsafe_b64decode(str(marker)))
        return int(number), int(order), str(key)
    except (ValueError, TypeError, OverflowError):
        raise ValidationError("Invalid Marker.") from None


def _marker(place: Place) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _for_all(request: Request, parameters: Parameters) -> Request:
    """The request without a page; with the user who asks, where none is named."""
    form = {**form_of(request), "MaxItems": _ALL}
    if "UserName" in parameters:
        form["UserName"] = str(parameters["UserName"])
    form.pop("Marker", None)
    headers = {**request.headers, "content-type": "application/x-www-form-urlencoded"}
    body = urlencode(form).encode()
    return replace(request, method="POST", path="/", query_string="", headers=headers, body=body)


def _cut(operation: str, body: bytes, most: int, after: Place | None) -> bytes:
    """The answer with the rows of one page; an answer can have several lists of rows."""
    root = ElementTree.fromstring(body)
    result = root.find(f"{_IN}{operation}Result")
    if result is None:
        return body
    members = service_model("iam").operation_model(operation).output_shape.members
    names = [name for name, shape in members.items() if shape.type_name == "list"]
    rows: list[tuple[Place, ElementTree.Element, ElementTree.Element]] = []
    for number, name in enumerate(names):
        rows += _rows(number, result.find(f"{_IN}{name}"))
    left = [row for row in sorted(rows, key=lambda row: row[0]) if after is None or row[0] > after]
    for _, holder, element in left[:most]:
        holder.append(element)
    truncated = len(left) > most
    for name in ("IsTruncated", "Marker"):
        for element in result.findall(f"{_IN}{name}"):
            result.remove(element)
    _put(result, "IsTruncated", "true" if truncated else "false")
    if truncated:
        _put(result, "Marker", _marker(left[most - 1][0]))
    whole: bytes = ElementTree.tostring(root, encoding="utf-8", default_namespace=_NAMESPACE)
    return whole


def _rows(
    number: int, holder: ElementTree.Element | None
) -> list[tuple[Place, ElementTree.Element, ElementTree.Element]]:
    """The rows of one list, taken out of it, with their places."""
    if holder is None:
        return []
    elements = list(holder)
    for element in elements:
        holder.remove(element)
    return [((number, *_order(element)), holder, element) for element in elements]


def _order(element: ElementTree.Element) -> tuple[int, str]:
    """Rows are in the order of their names, versions of a policy with the newest first."""
    for name in _KEYS:
        key = element.findtext(f"{_IN}{name}")
        if key is not None:
            newest_first = -int(key[1:]) if name == "VersionId" else 0
            return newest_first, key
    return 0, element.text or ""


def _put(result: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(result, f"{_IN}{name}").text = text
