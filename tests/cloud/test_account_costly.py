"""A session in an account without DAX: cells that need it go on, and asking by name makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cloud.account_kit import run

# in a process of its own: a session changes what boto3 of its process points at
SESSION = """
import builtins, functools, os, sys
os.environ["ORDERLAB_HOME"] = sys.argv[2]
from orderlab.aws_target import choose
from orderlab.aws_target.account import AccountTarget
from tests.cloud.account_kit import KEYS
choose.AccountTarget = functools.partial(
    AccountTarget, endpoint=sys.argv[1], learner=sys.argv[3], **KEYS)
def typed(question):
    print("ASKED", question)
    return "yes" if "delete" in question else "123456789012" if "id" in question else ""
builtins.input = typed
import orderlab
"""
WITHOUT = """
lab = orderlab.start(chapter=6, target="aws")
lab.new_table("week", "order_id")
lab.fill("week", lab.week()[:20])
dynamodb, dax = lab.client("dynamodb"), lab.client("dax")
dax.create_cluster(
    ClusterName="cache", NodeType="dax.t3.small", ReplicationFactor=1,
    IamRoleArn=lab.dax_role("week", "drafts", "letters"))
def cluster():
    return dax.describe_clusters(ClusterNames=["cache"])["Clusters"][0]
print("WAITED", lab.wait_for(lambda: cluster()["Status"] == "available", seconds=300))
print([node["NodeId"] for node in cluster()["Nodes"]])
cache = lab.cache("cache")
got = cache.get_item(TableName="drafts", Key={"id": {"S": "d-1"}})
print(got["Item"]["text"], got["ConsumedCapacity"]["CapacityUnits"])
passed = lab.read_week(cache, "week", strong=True)
print(f"{passed.hits:,}", passed.hits == 0 and "none")
lab.bars("units", {"cache": passed.units}, y_label="units", n=passed.count)
lab.read_times({"cache": passed})
dax.create_parameter_group(ParameterGroupName="try-out")
dax.update_cluster(ClusterName="cache", ParameterGroupName="try-out")
ex = lab.exercise("6.2").again()
ex.check()
print("ROUND", lab.target.unmarked("dax").describe_clusters()["Clusters"])
again = orderlab.start(chapter=6, target="aws", allow=("dax",))
dax.create_cluster(
    ClusterName="cache", NodeType="dax.t3.small", ReplicationFactor=1,
    IamRoleArn=lab.dax_role("week"))
print("MADE", cluster()["ClusterName"])
lab.finish()
"""


@pytest.fixture(scope="module")
def endpoint(own_cloud: Callable[..., Any]) -> Iterator[str]:
    with own_cloud(speed=10) as cloud:
        yield cloud.endpoint


@pytest.mark.timeout(240)
def test_a_notebook_goes_on_without_a_cluster_until_it_is_asked_for(
    endpoint: str, tmp_path: Path
) -> None:
    done = run(SESSION + WITHOUT, endpoint, str(tmp_path), "pays")
    assert done.returncode == 0, done.stdout + done.stderr
    told = done.stdout
    before, _, after = told.partition("ROUND []")
    assert "Not made unless you ask for it by name: dax, provisioned-capacity" in before
    assert before.count("ASKED") == 1
    assert before.index("ASKED") > before.index("It costs about")
    assert "A DAX cluster is not made in your account: each node of dax.t3.small" in before
    assert 'allow=("dax",)' in before
    assert "WAITED False" in before
    assert "You asked for dax: each node of dax.t3.small costs about $ 0.04 an hour" in after
    assert after.index("You asked for dax") < after.index("MADE orderlab-pays-cache")
    assert "deleted DAX cluster orderlab-pays-cache" in after
    assert "policy: 0" in after
    assert told.rstrip().endswith("Looked again: nothing is left.")
