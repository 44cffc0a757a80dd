"""What is not served says so, in its own protocol; what does not exist gets AWS's error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

NOT_SERVED: dict[str, tuple[str, Callable[[Any], Any]]] = {
    # REST with XML, REST with JSON, JSON, query, EC2's own
    "cloudfront": ("ListDistributions", lambda cdn: cdn.list_distributions()),
    "apigatewayv2": ("GetDomainNames", lambda gateway: gateway.get_domain_names()),
    "xray": ("GetGroups", lambda xray: xray.get_groups()),
    "kms": ("ListKeys", lambda kms: kms.list_keys()),
    "secretsmanager": ("ListSecrets", lambda secrets: secrets.list_secrets()),
    "ssm": ("DescribeParameters", lambda ssm: ssm.describe_parameters()),
    "stepfunctions": ("ListStateMachines", lambda states: states.list_state_machines()),
    "cloudformation": ("ListStacks", lambda stacks: stacks.list_stacks()),
    "rds": ("DescribeDBInstances", lambda rds: rds.describe_db_instances()),
    "ec2": ("DescribeInstances", lambda ec2: ec2.describe_instances()),
}


def refusal(call: Callable[[], Any]) -> dict[str, Any]:
    with pytest.raises(ClientError) as error:
        call()
    return dict(error.value.response)


@pytest.mark.parametrize("service", NOT_SERVED)
def test_a_service_that_is_not_served_says_so(client: Any, service: str) -> None:
    operation, call = NOT_SERVED[service]
    error = refusal(lambda: call(client(service)))
    assert error["Error"]["Code"] == "NotImplementedByOrderlab"
    assert f"{service}.{operation}" in error["Error"]["Message"]
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 501


@pytest.mark.parametrize(
    ("service", "call"),
    [
        ("events", lambda events: events.list_api_destinations()),
        ("s3", lambda s3: s3.put_bucket_acl(Bucket="b", ACL="private")),
        ("events", lambda events: events.list_event_sources()),
        ("sts", lambda sts: sts.get_federation_token(Name="someone")),
        ("logs", lambda logs: logs.put_subscription_filter(
            logGroupName="x", filterName="f", filterPattern="", destinationArn="arn:x")),
        ("cloudwatch", lambda cw: cw.put_insight_rule(RuleName="r", RuleDefinition="{}")),
    ],
)  # fmt: skip
def test_an_operation_that_would_do_nothing_is_refused(
    client: Any, service: str, call: Callable[[Any], Any]
) -> None:
    assert refusal(lambda: call(client(service)))["Error"]["Code"] == "NotImplementedByOrderlab"


def test_looking_at_event_buses_is_allowed(client: Any) -> None:
    events = client("events")
    assert "default" in [bus["Name"] for bus in events.list_event_buses()["EventBuses"]]
    assert isinstance(events.list_rules()["Rules"], list)


def test_tags_of_all_resources_can_be_asked_for(client: Any) -> None:
    assert "ResourceTagMappingList" in client("resourcegroupstaggingapi").get_resources()
