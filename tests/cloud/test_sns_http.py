"""HTTP subscribers on this machine: confirmation, signatures, retries, dead letters.

https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html
"""

from __future__ import annotations

import base64
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.cloud.queue_kit import error_of, make_queue, queue_arn, receive, until
from tests.cloud.test_sns_api import topic
from tests.cloud.test_sns_delivery import lets_in, total


class Endpoint:
    """A subscriber that remembers what it got and answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], str]] = []
        self.statuses: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.got.append((headers, body))
                self.send_response(outer.statuses.pop(0) if outer.statuses else 200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?a=b"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def of_type(self, kind: str) -> list[tuple[dict[str, str], str]]:
        return [each for each in self.got if each[0]["x-amz-sns-message-type"] == kind]

    def confirm(self) -> None:
        [(_, body)] = until(lambda: self.of_type("SubscriptionConfirmation"))
        urllib.request.urlopen(json.loads(body)["SubscribeURL"]).close()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    yield made
    made.server.shutdown()
    made.server.server_close()


def subscribe(client: Any, arn: str, url: str, **attributes: Any) -> str:
    texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in attributes.items()}
    found: str = client("sns").subscribe(
        TopicArn=arn, Protocol="http", Endpoint=url, Attributes=texts, ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    return found


def verify(body: str) -> None:
    """Check the signature as AWS's guide describes it."""
    message = json.loads(body)
    names = [
        "Message",
        "MessageId",
        "Subject",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ]
    text = "".join(f"{name}\n{message[name]}\n" for name in names if name in message)
    with urllib.request.urlopen(message["SigningCertURL"]) as response:
        key = x509.load_pem_x509_certificate(response.read()).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    algorithm = hashes.SHA256() if message["SignatureVersion"] == "2" else hashes.SHA1()
    signature = base64.b64decode(message["Signature"])
    key.verify(signature, text.encode(), padding.PKCS1v15(), algorithm)


def test_an_endpoint_confirms_and_then_gets_signed_messages(
    client: Any, endpoint: Endpoint
) -> None:
    arn = topic(client, "http-confirmed")
    sns = client("sns")
    answer = sns.subscribe(TopicArn=arn, Protocol="http", Endpoint=endpoint.url)
    assert answer["SubscriptionArn"] == "pending confirmation"
    [listed] = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    assert listed["SubscriptionArn"] == "PendingConfirmation"
    sns.publish(TopicArn=arn, Message="too early")
    [(headers, body)] = until(lambda: endpoint.got)
    assert headers["x-amz-sns-topic-arn"] == arn
    assert headers["content-type"] == "text/plain; charset=UTF-8"
    verify(body)
    endpoint.confirm()
    [listed] = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    sns.set_topic_attributes(TopicArn=arn, AttributeName="SignatureVersion", AttributeValue="2")
    sent = sns.publish(TopicArn=arn, Message="now", Subject="S")
    [(headers, body)] = until(lambda: endpoint.of_type("Notification"))
    assert headers["x-amz-sns-message-id"] == sent["MessageId"]
    assert headers["x-amz-sns-subscription-arn"] == listed["SubscriptionArn"]
    assert headers["user-agent"] == "Amazon Simple Notification Service Agent"
    assert json.loads(body)["Message"] == "now"
    verify(body)


def test_a_token_confirms_too_and_a_wrong_one_does_not(client: Any, endpoint: Endpoint) -> None:
    arn = topic(client, "http-token")
    subscription = subscribe(client, arn, endpoint.url)
    [(_, body)] = until(lambda: endpoint.got)
    sns = client("sns")
    assert error_of(lambda: sns.confirm_subscription(TopicArn=arn, Token="x")) == (
        "InvalidParameter"
    )
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(json.loads(body)["SubscribeURL"] + "0")
    refusal.value.close()
    confirmed = sns.confirm_subscription(TopicArn=arn, Token=json.loads(body)["Token"])
    assert confirmed["SubscriptionArn"] == subscription


def test_raw_delivery_to_an_endpoint(client: Any, endpoint: Endpoint) -> None:
    arn = topic(client, "http-raw")
    subscribe(
        client,
        arn,
        endpoint.url,
        RawMessageDelivery="true",
        DeliveryPolicy={"requestPolicy": {"headerContentType": "application/json"}},
    )
    endpoint.confirm()
    client("sns").publish(TopicArn=arn, Message='{"a":1}')
    [(headers, body)] = until(lambda: endpoint.of_type("Notification"))
    assert body == '{"a":1}'
    assert headers["x-amz-sns-rawdelivery"] == "true"
    assert headers["content-type"] == "application/json"


RETRY_SOON = {"healthyRetryPolicy": {"numRetries": 2, "minDelayTarget": 1, "maxDelayTarget": 1}}


def test_a_failing_endpoint_is_tried_again(client: Any, endpoint: Endpoint) -> None:
    arn = topic(client, "http-retried")
    subscribe(client, arn, endpoint.url, DeliveryPolicy=RETRY_SOON)
    endpoint.confirm()
    endpoint.statuses = [500, 429, 200]
    client("sns").publish(TopicArn=arn, Message="x")
    assert until(lambda: len(endpoint.of_type("Notification")) == 3)
    assert until(lambda: total(client, "http-retried", "NumberOfNotificationsDelivered") == 1)
    assert total(client, "http-retried", "NumberOfNotificationsFailed") == 0


@pytest.mark.parametrize(("statuses", "attempts"), [([500] * 3, 3), ([404], 1)])
def test_what_fails_for_good_is_a_dead_letter(
    client: Any, endpoint: Endpoint, statuses: list[int], attempts: int
) -> None:
    name = f"http-dead-{attempts}"
    arn = topic(client, name)
    dead = make_queue(client, name, Policy=lets_in(name, arn))
    subscribe(
        client,
        arn,
        endpoint.url,
        DeliveryPolicy=RETRY_SOON,
        RedrivePolicy={"deadLetterTargetArn": queue_arn(name)},
    )
    endpoint.confirm()
    endpoint.statuses = statuses
    client("sns").publish(TopicArn=arn, Message="x")
    [letter] = receive(client, dead, wait=20)
    assert json.loads(letter["Body"])["Message"] == "x"
    assert len(endpoint.of_type("Notification")) == attempts
