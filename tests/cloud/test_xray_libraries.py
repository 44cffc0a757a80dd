"""Tracing libraries in functions as they come from their makers: none of them is changed.

https://docs.aws.amazon.com/lambda/latest/dg/python-tracing.html
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from orderlab.aws_target.local import LocalTarget
from orderlab.trace_segments import annotated_traces
from orderlab.trace_segments import segments as steps_of
from tests.cloud.distribution_layers import layer_with
from tests.cloud.functions_support import Lambda, eventually
from tests.cloud.xray_kit import segments, summaries

ACTIVE = {"TracingConfig": {"Mode": "Active"}}
WRAPPED = {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/otel-instrument"}}

CALLS_AWS = """
import boto3

def store(event):
    boto3.client("dynamodb").put_item(
        TableName=event["table"], Item={"id": {"S": event["order_id"]}})
    boto3.client("sqs").send_message(QueueUrl=event["queue"], MessageBody=event["order_id"])
"""

POWERTOOLS = (
    CALLS_AWS
    + """
from aws_lambda_powertools import Tracer

tracer = Tracer(service="orders")

@tracer.capture_method
def price(event):
    tracer.put_annotation("order_id", event["order_id"])
    tracer.put_metadata("basket", {"items": 2})
    if event.get("bad"):
        raise ValueError("no stock")
    return 12.5

@tracer.capture_lambda_handler
def handler(event, context):
    store(event)
    return price(event)
"""
)

X_RAY_SDK = (
    CALLS_AWS
    + """
from aws_xray_sdk.core import patch, xray_recorder

patch(["boto3"])

@xray_recorder.capture("price")
def price(event):
    part = xray_recorder.current_subsegment()
    part.put_annotation("order_id", event["order_id"])
    part.put_metadata("basket", {"items": 2}, "orders")

def handler(event, context):
    store(event)
    price(event)
"""
)

# the exporter is that of AWS's layer, in short: spans as datagrams to the daemon's address
EXPORTER = """
import base64, os, socket
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

class ToDaemon(SpanExporter):
    def export(self, spans):
        host, port = os.environ["AWS_XRAY_DAEMON_ADDRESS"].split(":")
        data = base64.b64encode(encode_spans(spans).SerializeToString())
        head = b'{"format":"json","version":1}\\n' + b"T1S"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            sending.sendto(head + data, (host, int(port)))
        return SpanExportResult.SUCCESS

    def force_flush(self, timeout_millis=0):
        return True

    def shutdown(self):
        pass
"""

OPEN_TELEMETRY = (
    CALLS_AWS
    + """
from exporter import ToDaemon
from opentelemetry import trace
from opentelemetry.instrumentation.aws_lambda import AwsLambdaInstrumentor
from opentelemetry.instrumentation.botocore import BotocoreInstrumentor
from opentelemetry.propagate import set_global_textmap
from opentelemetry.propagators.aws.aws_xray_propagator import AwsXRayLambdaPropagator
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

of = Resource.create({"service.name": "orders", "cloud.platform": "aws_lambda"})
provider = TracerProvider(resource=of)
provider.add_span_processor(BatchSpanProcessor(ToDaemon()))
trace.set_tracer_provider(provider)
set_global_textmap(AwsXRayLambdaPropagator())
BotocoreInstrumentor().instrument()
tracer = trace.get_tracer("orders")

def handler(event, context):
    store(event)
    with tracer.start_as_current_span("price") as span:
        span.set_attribute("order_id", event["order_id"])
        span.set_attribute("aws.xray.annotations", ["order_id"])
        if event.get("bad"):
            raise ValueError("no stock")

AwsLambdaInstrumentor().instrument()
"""
)

# nothing of OpenTelemetry but its API: the layer's script sets all up before the function is loaded
WITHOUT_SET_UP = (
    CALLS_AWS
    + """
from opentelemetry import trace

def handler(event, context):
    store(event)
    with trace.get_tracer("orders").start_as_current_span("price") as span:
        span.set_attribute("order_id", event["order_id"])
        span.set_attribute("aws.xray.annotations", ["order_id"])
"""
)
SETS_UP = """
import importlib, os
from exporter import ToDaemon
from opentelemetry import trace
from opentelemetry.instrumentation.aws_lambda import AwsLambdaInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(ToDaemon()))
trace.set_tracer_provider(provider)
AwsLambdaInstrumentor().instrument()
module, _, name = os.environ["ORIG_HANDLER"].rpartition(".")
lambda_handler = getattr(importlib.import_module(module), name)
"""
OTEL_INSTRUMENT = """#!/bin/sh
export OTEL_RESOURCE_ATTRIBUTES="cloud.platform=aws_lambda,faas.name=$AWS_LAMBDA_FUNCTION_NAME"
export OTEL_PROPAGATORS=xray-lambda OTEL_TRACES_EXPORTER=none OTEL_METRICS_EXPORTER=none
export OTEL_LOGS_EXPORTER=none OTEL_PYTHON_DISABLED_INSTRUMENTATIONS=aws-lambda
export ORIG_HANDLER="$_HANDLER" _HANDLER=sets_up.lambda_handler
export PYTHONPATH="/opt/python:$LAMBDA_RUNTIME_DIR"
exec python3 -c "from opentelemetry.instrumentation.auto_instrumentation import run; run()" "$@"
"""


class Traced:
    """A function with a layer, a table and a queue that it uses, and what X-Ray has of it."""

    def __init__(self, cloud: Any) -> None:
        self.xray, self.functions = cloud.client("xray"), Lambda(cloud)
        self.target = LocalTarget.attach(cloud.endpoint, "test", "test")
        cloud.client("dynamodb").create_table(
            TableName="traced-orders",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.queue = cloud.client("sqs").create_queue(QueueName="traced-orders")["QueueUrl"]
        self.consumer = self.functions.make("def handler(event, context):\n    pass\n", **ACTIVE)
        self.functions.client.create_event_source_mapping(
            FunctionName=self.consumer,
            EventSourceArn="arn:aws:sqs:us-east-1:123456789012:traced-orders",
        )

    def function(self, code: str, layer: bytes, **settings: Any) -> str:
        published = self.functions.client.publish_layer_version(
            LayerName="tracing", Content={"ZipFile": layer}
        )
        arn = published["LayerVersionArn"]
        sized = {"Timeout": 30, "MemorySize": 512}
        return self.functions.make(code, Layers=[arn], **sized, **ACTIVE, **settings)

    def handle(self, name: str, order_id: str, **more: Any) -> str:
        """The trace of an order that the function was given."""
        event = {"table": "traced-orders", "queue": self.queue, "order_id": order_id, **more}
        answer = self.functions.invoke(name, event, LogType="Tail")
        assert answer.error is None or more, answer.log
        wanted = f'annotation.order_id = "{order_id}"'
        (found,) = eventually(lambda: summaries(self.xray, wanted))
        return str(found["Id"])

    def documents(self, trace_id: str, complete: Callable[[set[str]], bool]) -> dict[str, Any]:
        """All parts of a trace by their names, as soon as they have come."""

        def found() -> dict[str, Any] | None:
            parts = {}
            waiting = segments(self.xray, trace_id)
            while waiting:
                part = waiting.pop()
                waiting += part.get("subsegments", ())
                key = part["name"].lower()
                parts[key + (" inferred" if part.get("inferred") else "")] = part
            return parts if complete(set(parts)) else None

        return dict(eventually(found))


@pytest.fixture(scope="module")
def traced(cloud: Any) -> Traced:
    return Traced(cloud)


def with_files(layer: bytes, **files: str) -> bytes:
    """A layer with more modules, and with `/opt/otel-instrument`."""
    buffer = io.BytesIO(layer)
    with zipfile.ZipFile(buffer, "a") as archive:
        for name, content in files.items():
            archive.writestr(f"python/{name}.py", content)
        script = zipfile.ZipInfo("otel-instrument")
        script.external_attr = 0o755 << 16
        archive.writestr(script, OTEL_INSTRUMENT)
    return buffer.getvalue()


def opentelemetry_layer() -> bytes:
    layer = layer_with(
        "opentelemetry-sdk",
        "opentelemetry-exporter-otlp-proto-http",
        "opentelemetry-instrumentation-aws-lambda",
        "opentelemetry-instrumentation-botocore",
    )
    return with_files(layer, exporter=EXPORTER, sets_up=SETS_UP)


@pytest.mark.parametrize(
    ("code", "price"),
    [(POWERTOOLS, "## app.price"), (X_RAY_SDK, "price")],
    ids=["powertools", "sdk"],
)
def test_a_function_is_traced_with(traced: Traced, code: str, price: str) -> None:
    layer = layer_with("aws-lambda-powertools", "aws-xray-sdk")
    order = f"sdk-{price[-1]}{len(price)}"
    trace_id = traced.handle(traced.function(code, layer), order)
    wanted = {price, "sqs", "dynamodb", "traced-orders inferred", traced.consumer}
    parts = traced.documents(trace_id, wanted.issubset)
    assert parts[price]["annotations"] == {"order_id": order}
    assert parts[price]["metadata"]["orders"]["basket"] == {"items": 2}
    assert parts["dynamodb"]["aws"]["table_name"] == "traced-orders"
    assert parts["traced-orders inferred"]["origin"] == "AWS::DynamoDB::Table"


def test_what_powertools_tracer_sees_raised_is_a_fault(traced: Traced) -> None:
    """https://docs.aws.amazon.com/powertools/python/latest/core/tracer/"""
    layer = layer_with("aws-lambda-powertools", "aws-xray-sdk")
    trace_id = traced.handle(traced.function(POWERTOOLS, layer), "powertools-2", bad=True)
    part = traced.documents(trace_id, {"## app.price", "## handler"}.issubset)["## app.price"]
    assert part["fault"] is True
    (exception,) = part["cause"]["exceptions"]
    assert (exception["type"], exception["message"]) == ("ValueError", "no stock")


def test_the_calls_after_powertools_tracer_belong_to_it(traced: Traced) -> None:
    """https://docs.aws.amazon.com/xray/latest/devguide/xray-services-sqs.html"""
    layer = layer_with("aws-lambda-powertools", "aws-xray-sdk")
    name = traced.function(POWERTOOLS, layer)
    trace_id = traced.handle(name, "powertools-3")
    parts = traced.documents(trace_id, {"sqs", traced.consumer}.issubset)
    by_lambda = next(
        each
        for each in segments(traced.xray, trace_id)
        if (each["name"], each.get("origin")) == (traced.consumer, "AWS::Lambda")
    )
    assert by_lambda["parent_id"] == parts["sqs"]["id"]
    assert annotated_traces(traced.xray, "powertools-3") == [trace_id]
    steps = [(step.source, step.target) for step in steps_of(traced.target, [trace_id])]
    assert (name, "## app.price") in steps
    assert (name, traced.consumer) in steps


@pytest.mark.parametrize("bad", [False, True])
def test_a_function_is_traced_with_opentelemetry(traced: Traced, bad: bool) -> None:
    """https://docs.aws.amazon.com/xray/latest/devguide/migrate-xray-to-opentelemetry-python.html"""
    name = traced.function(OPEN_TELEMETRY, opentelemetry_layer())
    more = {"bad": True} if bad else {}
    trace_id = traced.handle(name, f"otel-{bad}", **more)
    wanted = {"price", "sqs", "dynamodb", "traced-orders inferred", traced.consumer}
    parts = traced.documents(trace_id, wanted.issubset)
    assert parts["price"]["annotations"] == {"order_id": f"otel-{bad}"}
    assert parts["price"].get("fault", False) is bad
    assert parts["dynamodb"]["aws"]["operation"] == "PutItem"
    (handled,) = (
        part
        for segment in segments(traced.xray, trace_id)
        for part in segment.get("subsegments", ())
        if any(each["name"] == "price" for each in part.get("subsegments", ()))
    )
    assert {each["name"] for each in handled["subsegments"]} == {"DynamoDB", "SQS", "price"}


@pytest.mark.skipif(sys.platform != "linux", reason="the script looks for Python where AWS has it")
def test_a_layer_sets_opentelemetry_up(traced: Traced) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/python-tracing.html"""
    name = traced.function(WITHOUT_SET_UP, opentelemetry_layer(), Environment=WRAPPED)
    trace_id = traced.handle(name, "layer-1")
    parts = traced.documents(trace_id, {"price", "sqs", "dynamodb"}.issubset)
    assert parts["price"]["annotations"] == {"order_id": "layer-1"}
    assert parts["sqs"]["aws"]["queue_url"].endswith("/traced-orders")
