"""Building: again, up, down and away; and the demo on a few orders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orderlab.aws_target.local import LocalTarget
from orderlab.errors import LearnerError
from orderlab.orders import architecture, demo
from orderlab.orders.parts.api import find_api
from orderlab.orders.reading import SAMPLE, OrderLine, read_orders


@pytest.fixture(scope="module")
def target() -> Iterator[LocalTarget]:
    # fast, since the name of a queue that was deleted is kept for a minute
    with LocalTarget.start(speed=100, prefix="lab-") as running:
        yield running


def standing(target: LocalTarget) -> dict[str, Any]:
    """Everything that stands, with what a second build must not change."""
    functions, sqs = target.client("lambda"), target.client("sqs")
    queues = sqs.list_queues().get("QueueUrls", [])
    api = find_api(target)
    gateway = target.client("apigateway")
    return {
        "functions": {
            f["FunctionName"]: (f["CodeSha256"], f["LastModified"], f["Layers"][0]["Arn"])
            for f in functions.list_functions()["Functions"]
        },
        "mappings": sorted(
            m["UUID"] for m in functions.list_event_source_mappings()["EventSourceMappings"]
        ),
        "queues": {
            url: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"].get(
                "RedrivePolicy"
            )
            for url in queues
        },
        "topics": target.client("sns").list_topics()["Topics"],
        "subscriptions": len(target.client("sns").list_subscriptions()["Subscriptions"]),
        "tables": target.client("dynamodb").list_tables()["TableNames"],
        "roles": sorted(role["RoleName"] for role in target.client("iam").list_roles()["Roles"]),
        "api": api
        and (
            len(gateway.get_deployments(restApiId=api)["items"]),
            sorted(
                (resource["path"], verb)
                for resource in gateway.get_resources(restApiId=api)["items"]
                for verb in resource.get("resourceMethods", {})
            ),
        ),
        "log groups": sorted(
            group["logGroupName"]
            for group in target.client("logs").describe_log_groups()["logGroups"]
        ),
    }


def test_each_chapter_built_twice_is_built_once(target: LocalTarget) -> None:
    for chapter in architecture.CHAPTERS:
        architecture.build(target, chapter)
        first = standing(target)
        architecture.build(target, chapter)
        assert standing(target) == first


def test_going_back_leaves_what_the_chapter_has_and_nothing_else(target: LocalTarget) -> None:
    architecture.build(target, 4)
    architecture.build(target, 1)
    found = standing(target)
    assert list(found["functions"]) == ["lab-accept-order"]
    assert not (found["queues"] or found["topics"] or found["tables"] or found["mappings"])
    assert found["api"][1] == [("/orders", "POST")]


def test_what_a_learner_broke_is_mended(target: LocalTarget) -> None:
    architecture.build(target, 4)
    sqs, functions = target.client("sqs"), target.client("lambda")
    url = sqs.get_queue_url(QueueName="lab-shipping")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "11", "Policy": ""})
    functions.update_function_configuration(FunctionName="lab-shipping", Timeout=3)
    functions.delete_function(FunctionName="lab-invoicing")
    target.client("dynamodb").delete_table(TableName="lab-inventory")
    architecture.build(target, 4)
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "60" and "SourceArn" in attributes["Policy"]
    assert functions.get_function_configuration(FunctionName="lab-shipping")["Timeout"] == 10
    assert {"lab-invoicing"} <= set(standing(target)["functions"])
    assert "lab-inventory" in standing(target)["tables"]


def test_everything_carries_the_projects_tag(target: LocalTarget) -> None:
    architecture.build(target, 4)
    functions = target.client("lambda")
    for found in functions.list_functions()["Functions"]:
        assert functions.list_tags(Resource=found["FunctionArn"])["Tags"]["project"] == "orderlab"
    sqs = target.client("sqs")
    for url in sqs.list_queues()["QueueUrls"]:
        assert sqs.list_queue_tags(QueueUrl=url)["Tags"]["project"] == "orderlab"
    api = target.client("apigateway").get_rest_api(restApiId=find_api(target))
    assert api["tags"]["project"] == "orderlab"


def test_teardown_leaves_nothing_and_may_be_repeated(target: LocalTarget) -> None:
    architecture.build(target, 4)
    for _ in range(2):
        architecture.teardown(target)
        assert not any(standing(target).values())
    assert not target.client("lambda").list_layers()["Layers"]


def test_a_chapter_that_builds_nothing_of_its_own_is_said(target: LocalTarget) -> None:
    architecture.build(target, 0)
    assert not any(standing(target).values())
    with pytest.raises(LearnerError):
        architecture.build(target, 9)


def test_the_users_own_aws_settings_are_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with LocalTarget.start() as target:
        assert target.client("sts").get_caller_identity()["Account"] == target.account_id
        assert target.page("health")["status"] == "ok"
    target.stop()


def test_the_demo_says_what_became_of_each_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sixty lines: 57 orders, one of them twice, one refused by the API, one that is no JSON."""
    lines = [line.body for line in read_orders(SAMPLE, 57) if isinstance(line, OrderLine)]
    broken = json.loads(lines[0])
    broken["lines"][0]["quantity"] = "two"
    lines[3:3] = [json.dumps({**broken, "order_id": "o-broken"}).encode(), b'{"order_id":']
    orders = tmp_path / "orders.jsonl"
    orders.write_bytes(b"\n".join([*lines, lines[0]]))
    status = demo.run(orders=orders, report=tmp_path / "report", limit=60)
    assert status == 0, capsys.readouterr().out
    told = json.loads((tmp_path / "report" / "report.json").read_text())
    replay, outage = told["replay"], told["outage"]
    assert (replay["accepted"], replay["distinct_orders"], replay["stored"]) == (58, 57, 57)
    assert replay["delivered"] == {"inventory": 57, "invoicing": 57, "shipping": 57}
    assert [line["number"] for line in replay["malformed_lines"]] == [5]
    assert [line["number"] for line in replay["refused_lines"]] == [4]
    assert "quantity" in replay["refused_lines"][0]["reason"]
    assert set(replay["lost"].values()) == set(replay["applied_twice"].values()) == {0}
    assert replay["answer_ms"]["p50"] > 0 and replay["end_to_end_ms"]["p99"] > 0
    assert replay["cost"]["total_usd"] > 0
    assert outage["while_broken"]["delivered"] == {
        "inventory": 57,
        "invoicing": 57,
        "shipping": 0,
    }
    assert outage["while_broken"]["dead_letters"]["shipping"] == 57
    assert outage["after_repair"]["delivered"]["shipping"] == 57
    assert outage["after_repair"]["dead_letters"]["shipping"] == 0
    page = (tmp_path / "report" / "report.html").read_text()
    assert "<svg" in page and "orders-inbox" in page
    assert "Nothing was lost" in capsys.readouterr().out
