"""The links in SNS's messages: confirm, unsubscribe, the certificate. None needs a signature.

https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html
"""

from __future__ import annotations

import uuid

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.http import Request, Response
from orderlab.cloud.protocols import query
from orderlab.cloud.protocols.operations import error_response
from orderlab.cloud.sns.registry import TopicRegistry
from orderlab.cloud.sns.signing import Signer

CERTIFICATE_PATH = "/SimpleNotificationService.pem"
_ACTIONS = ("Action=ConfirmSubscription", "Action=Unsubscribe")


def open_link(registry: TopicRegistry, signer: Signer, request: Request) -> Response | None:
    """Answer a link that SNS put into a message; None for any other request."""
    if request.method != "GET" or "authorization" in request.headers:
        return None
    if request.path == CERTIFICATE_PATH:
        return Response(200, signer.certificate, [("content-type", "text/plain")])
    if not any(action in request.query_string for action in _ACTIONS):
        return None
    request_id = str(uuid.uuid4())
    form = query.form_of(request)
    try:
        if form["Action"] == "Unsubscribe":
            registry.unsubscribe(form.get("SubscriptionArn", ""))
            return query.response("sns", "Unsubscribe", {}, request_id)
        subscription = registry.confirm(form.get("TopicArn", ""), form.get("Token", ""))
    except AwsError as error:
        return error_response(error, "query", request_id, "sns")
    result = {"SubscriptionArn": subscription.arn}
    return query.response("sns", "ConfirmSubscription", result, request_id)
