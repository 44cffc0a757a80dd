"""No call of the course makes what a teardown doesn't know: a new one has to be entered here."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import boto3
from botocore import xform_name

from orderlab.teardown.kinds import KINDS

ROOT = Path(__file__).parents[3]
CELLS = ("orderlab", "solutions")
# the cloud makes no calls, and the teardown's own client is of another kind
LEFT_OUT = ("orderlab/cloud/", "orderlab/teardown/")
SERVICES = ("apigateway", "apigatewayv2", "budgets", "cloudwatch", "dax", "dynamodb", "events",
            "iam", "lambda", "logs", "pipes", "s3", "scheduler", "schemas", "sns", "sqs",
            "xray")  # fmt: skip
# by the call that makes it: the kind that is taken away
MADE = {
    "create_api": "HTTP API",
    "create_api_key": "API key",
    "create_bucket": "bucket",
    "create_budget": "budget",
    "create_cluster": "DAX cluster",
    "create_discoverer": "schema discoverer",
    "create_event_bus": "event bus",
    "create_event_source_mapping": "event source mapping",
    "create_function": "function",
    "create_log_group": "log group",
    "create_parameter_group": "DAX parameter group",
    "create_pipe": "pipe",
    "create_policy": "policy",
    "create_queue": "queue",
    "create_rest_api": "API",
    "create_role": "role",
    "create_table": "table",
    "create_topic": "topic",
    "create_usage_plan": "usage plan",
    "publish_layer_version": "layer",
    "put_metric_alarm": "alarm",
    "put_rule": "rule",
    "update_account": "log role of API Gateway",
}
# and these are part of something: they go with it
PARTS = {
    "add_permission": "function",
    "create_alias": "function",
    "create_authorizer": "API",
    "create_deployment": "API",
    "create_model": "API",
    "create_request_validator": "API",
    "create_resource": "API",
    "create_stage": "API",
    "create_usage_plan_key": "usage plan",
    "publish_version": "function",
    "put_function_concurrency": "function",
    "put_function_event_invoke_config": "function",
    "put_integration": "API",
    "put_integration_response": "API",
    "put_method": "API",
    "put_method_response": "API",
    "put_metric_filter": "log group",
    "put_object": "bucket",
    "put_bucket_tagging": "bucket",
    "put_provisioned_concurrency_config": "function",
    "put_retention_policy": "log group",
    "put_role_policy": "role",
    "put_targets": "rule",
    "start_message_move_task": "queue",
    "subscribe": "topic",
}
# they write what is data, or a point of a metric, in something that goes
DATA = {"put_events", "put_item", "put_metric_data", "publish", "publish_batch", "start_query"}
# socket's
OTHERS = {"create_connection"}
_VERBS = "add|allocate|copy|create|import|publish|put|register|restore|run|start"
MAKES = re.compile(rf"(?:{_VERBS})_|(?:publish|subscribe|update_account)$")


@cache
def operations() -> set[str]:
    """Every operation of the services that makes something, as boto3 calls it."""
    session = boto3.Session()
    return {
        xform_name(name)
        for service in SERVICES
        for name in session._session.get_service_model(service).operation_names
        if MAKES.match(xform_name(name))
    }


def calls() -> set[str]:
    found = set[str]()
    for part in CELLS:
        for path in (ROOT / part).rglob("*.py"):
            if not path.relative_to(ROOT).as_posix().startswith(LEFT_OUT):
                # answers stand in texts
                found |= set(re.findall(r"\.([a-z_]+)\(", path.read_text(encoding="utf-8")))
    return found


def test_every_call_that_makes_something_has_a_removal() -> None:
    made = calls() & operations()
    assert made - set(MADE) - set(PARTS) - DATA - OTHERS == set()


def test_every_removal_is_one_of_the_teardowns() -> None:
    kinds = {kind.name for kind in KINDS}
    assert set(MADE.values()) | set(PARTS.values()) <= kinds


def test_what_is_entered_is_an_operation() -> None:
    assert set(MADE) | set(PARTS) | DATA <= operations()
