"""Tags of alarms.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_TagResource.html
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

FIRST = [{"Key": "stage", "Value": "test"}, {"Key": "owner", "Value": "shop"}]


@pytest.fixture(scope="module")
def cloudwatch(cloud: Any) -> Any:
    return cloud.client("cloudwatch")


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as caught:
        call()
    return str(caught.value.response["Error"]["Code"])


def alarm(cloudwatch: Any, name: str, **more: Any) -> str:
    """The ARN of an alarm, made or changed."""
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Tags",
        MetricName="m",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        **more,
    )
    [found] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return str(found["AlarmArn"])


def tags(cloudwatch: Any, arn: str) -> dict[str, str]:
    listed = cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
    return {each["Key"]: each["Value"] for each in listed}


def test_tags_come_with_the_alarm_and_change_by_their_own_calls(cloudwatch: Any) -> None:
    name = f"tagged-{uuid.uuid4().hex[:8]}"
    arn = alarm(cloudwatch, name, Tags=FIRST)
    assert tags(cloudwatch, arn) == {"stage": "test", "owner": "shop"}
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "stage", "Value": "live"}])
    cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["owner", "missing"])
    assert tags(cloudwatch, arn) == {"stage": "live"}
    # tags that come with a change of an alarm are ignored
    alarm(cloudwatch, name, Tags=FIRST)
    assert tags(cloudwatch, arn) == {"stage": "live"}
    cloudwatch.delete_alarms(AlarmNames=[name])
    listing = code_of(lambda: cloudwatch.list_tags_for_resource(ResourceARN=arn))
    assert listing == "ResourceNotFoundException"
    assert tags(cloudwatch, alarm(cloudwatch, name)) == {}


def test_composite_alarms_have_tags_too(cloudwatch: Any) -> None:
    name = f"composite-{uuid.uuid4().hex[:8]}"
    cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule="FALSE", Tags=FIRST)
    arn = f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}"
    assert tags(cloudwatch, arn) == {"stage": "test", "owner": "shop"}


def test_an_alarm_has_fifty_tags_at_most(cloudwatch: Any) -> None:
    name = f"many-{uuid.uuid4().hex[:8]}"
    many = [{"Key": f"k{i}", "Value": "v"} for i in range(50)]
    arn = alarm(cloudwatch, name, Tags=many)
    one_more = [{"Key": "more", "Value": "v"}]
    adding = code_of(lambda: cloudwatch.tag_resource(ResourceARN=arn, Tags=one_more))
    assert adding == "ValidationError"
    assert len(tags(cloudwatch, arn)) == 50
