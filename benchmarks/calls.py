"""What the cloud adds to a call: the cheapest one, against the same call of a server without work.

boto3 takes most of the time of a call for itself, whoever answers. The other server (`canned.py`)
sends what the cloud sent, byte for byte; the two are asked in turns.

python -m benchmarks.calls
"""

from __future__ import annotations

import http.client
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import psutil
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from benchmarks.canned import canned
from benchmarks.figure import Figure, as_text
from orderlab.aws_target.local import LocalTarget

CALLS, WARM_UP = 6000, 300
QUEUE = "benchmark-calls"


def measure(*, quick: bool = False) -> list[Figure]:
    calls = CALLS // 4 if quick else CALLS
    with LocalTarget.start() as target, tempfile.TemporaryDirectory() as folder:
        target.client("sqs").create_queue(QueueName=QUEUE)
        answer = Path(folder) / "answer"
        answer.write_bytes(_answer_of(target))
        with canned(answer) as address:
            clients = [_client(target, each) for each in (target.endpoint, address)]
            _in_turns(clients, WARM_UP)
            before = _processor_seconds(target)
            cloud, bare = _in_turns(clients, calls)
            own = (_processor_seconds(target) - before) / calls * 1000
    return [
        Figure("GetQueueUrl through boto3, of a server that sends a canned answer", bare, "ms"),
        Figure("GetQueueUrl through boto3, of the cloud", cloud, "ms"),
        Figure("the cloud's own processor time for it", own, "ms"),
        Figure("GetQueueUrl of the cloud against the canned answer", cloud / bare, "times", 1.2),
    ]


def _in_turns(clients: list[Any], calls: int) -> list[float]:
    """What a call of each takes in the middle, in milliseconds."""
    taken: list[list[float]] = [[] for _ in clients]
    for _ in range(calls):
        for client, times in zip(clients, taken, strict=True):
            began = time.perf_counter()
            client.get_queue_url(QueueName=QUEUE)
            times.append((time.perf_counter() - began) * 1000)
    return [statistics.median(times) for times in taken]


def _client(target: LocalTarget, endpoint: str) -> Any:
    return boto3.Session(
        target.access_key_id, target.secret_access_key, region_name=target.region
    ).client("sqs", endpoint_url=endpoint)


def _processor_seconds(target: LocalTarget) -> float:
    times = psutil.Process(target.pid).cpu_times()
    return times.user + times.system


def _answer_of(target: LocalTarget) -> bytes:
    """What the cloud sends for the call, as it is on the wire."""
    headers = {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "AmazonSQS.GetQueueUrl",
    }
    body = json.dumps({"QueueName": QUEUE})
    request = AWSRequest("POST", f"{target.endpoint}/", headers=headers, data=body)
    keys = Credentials(target.access_key_id, target.secret_access_key)
    SigV4Auth(keys, "sqs", target.region).add_auth(request)
    connection = http.client.HTTPConnection(urlsplit(target.endpoint).netloc)
    connection.request("POST", "/", body, dict(request.headers))
    with connection.getresponse() as response:
        content = response.read()
        assert response.status == 200, content
        lines = [f"HTTP/1.1 {response.status} {response.reason}"]
        lines += [f"{name}: {value}" for name, value in response.getheaders()]
    connection.close()
    return "\r\n".join([*lines, "", ""]).encode() + content


if __name__ == "__main__":
    print(as_text(measure()))
