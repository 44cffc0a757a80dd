"""In a network of its own, a local session asks for no way to another machine.

Such a network has a loopback and nothing else, and its kernel counts who looks for a way out of it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SCRIPT = """
import fcntl, socket, struct, sys

# loopback is down in a new network
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH14s", b"lo", 0x1 | 0x40, b""))

def ways_looked_for():
    names, values = [l.split() for l in open("/proc/net/snmp") if l.startswith("Ip:")]
    return int(values[names.index("OutNoRoutes")])

def through_loopback():
    line = next(l for l in open("/proc/net/dev") if l.strip().startswith("lo:"))
    return int(line.partition(":")[2].split()[1])

others = [l.partition(":")[0].strip() for l in list(open("/proc/net/dev"))[2:]]
assert "lo" in others
import boto3
import orderlab
from orderlab.aws_target.loopback import LeavesThisMachine
lab = orderlab.start(chapter=2, quiet=True)
url = lab.client("sqs").create_queue(QueueName="q")["QueueUrl"]
boto3.client("sqs").send_message(QueueUrl=url, MessageBody="m")
lab.client("dynamodb").list_tables()
refused = 0
keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
for address in ("https://sqs.us-east-1.amazonaws.com", "http://192.0.2.1:4566"):
    for session in (boto3, boto3.Session(), boto3.Session(**keys)):
        try:
            session.client("sqs", endpoint_url=address).list_queues()
        except LeavesThisMachine:
            refused += 1
lab.finish(quiet=True)
print("refused", refused, "looked for", ways_looked_for(), "loopback", through_loopback() > 100)
# that the count counts
try:
    socket.create_connection(("192.0.2.1", 80), timeout=2)
except OSError:
    pass
print("then", ways_looked_for() > 0)
"""


def in_a_network_of_its_own(script: str, **settings: str) -> str:
    done = subprocess.run(
        ["unshare", "-rn", sys.executable, "-c", script],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _permitted() -> bool:
    if not shutil.which("unshare"):
        return False
    return subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode == 0


@pytest.mark.skipif(not _permitted(), reason="no network of one's own may be made here (unshare)")
def test_no_packet_leaves_loopback(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(
        "[profile work]\nregion = eu-central-1\nrole_arn = arn:aws:iam::123456789012:role/r\n"
        "source_profile = work\nendpoint_url = https://sqs.eu-central-1.amazonaws.com\n"
    )
    said = in_a_network_of_its_own(
        SCRIPT,
        ORDERLAB_HOME=str(tmp_path / "home"),
        AWS_PROFILE="work",
        AWS_CONFIG_FILE=str(config),
        AWS_IGNORE_CONFIGURED_ENDPOINT_URLS="true",
        AWS_ENDPOINT_URL_SQS="https://sqs.us-east-1.amazonaws.com",
        AWS_CONTAINER_CREDENTIALS_FULL_URI="http://192.0.2.1/credentials",
        HTTP_PROXY="http://192.0.2.1:3128",
        HTTPS_PROXY="http://192.0.2.1:3128",
    )
    assert said.splitlines() == ["refused 6 looked for 0 loopback True", "then True"]
