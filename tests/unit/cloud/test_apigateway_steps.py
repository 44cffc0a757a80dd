"""The steps of a request to an API: their order, what they read, and the lane for much work."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from orderlab.cloud.apigateway.budget import Budget
from orderlab.cloud.apigateway.control.freezing import freeze
from orderlab.cloud.apigateway.data.body import Body
from orderlab.cloud.apigateway.data.execution import EndpointAnswer, Execution
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.gateway import STEPS, TEST_STEPS
from orderlab.cloud.apigateway.data.lane import Lane
from orderlab.cloud.apigateway.data.steps.map_request import map_request
from orderlab.cloud.apigateway.data.steps.map_response import map_response
from orderlab.cloud.apigateway.data.steps.mapped_values import value_of
from orderlab.cloud.apigateway.data.steps.receive import receive
from orderlab.cloud.apigateway.model.mappings import (
    MappingError,
    request_mappings,
    request_source,
    response_mappings,
)
from orderlab.cloud.apigateway.model.state import RegionState, RestApi
from orderlab.cloud.http import Request

BODY = b'{"order": {"id": "o-1", "items": [{"sku": "a"}, {"sku": "b"}]}}'
HEADERS = {"content-type": "application/json", "x-team": "web"}


def api_with(integration: dict[str, Any]) -> RestApi:
    """An API with one method, `POST /orders/{place}`."""
    method = {"httpMethod": "POST", "authorizationType": "NONE", "methodIntegration": integration}
    resource = {"id": "r1", "path": "/orders/{place}", "resourceMethods": {"POST": method}}
    return RestApi({"id": "api1", "name": "orders", "rootResourceId": "r0"}, {"r1": resource})


def execution_of(api: RestApi, body: bytes = BODY) -> Execution:
    """A request to its method, matched."""
    frozen = freeze(api, "d1")
    http = Request("POST", "/orders/berlin", "page=1&page=2", dict(HEADERS), body)
    stage = {"stageName": "prod", "deploymentId": "d1", "variables": {"queue": "inbox"}}
    region = RegionState("123456789012", "us-east-1")
    execution = receive(http, region, api, stage, "/orders/berlin", now=0.0, tested=frozen)
    found = frozen.routes.find("/orders/berlin", "POST")
    assert found is not None
    execution.method, execution.path_parameters = found.target, found.path_parameters
    return execution


MOCK = {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}}


def test_the_order_of_work_is_one_list() -> None:
    assert [step.__name__ for step in STEPS] == [
        "check_size",
        "match_resource",
        "authorise",
        "admit",
        "prepare",
        "call_integration",
        "respond",
    ]


def test_a_test_leaves_out_who_calls_and_how_often() -> None:
    names = [step.__name__ for step in TEST_STEPS]
    assert names == ["match_resource", "prepare", "call_integration", "respond"]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'fixed'", "fixed"),
        ("method.request.header.X-Team", "web"),
        ("method.request.header.missing", None),
        ("method.request.querystring.page", "2"),
        ("method.request.multivaluequerystring.page", ["1", "2"]),
        ("method.request.path.place", "berlin"),
        ("method.request.body", BODY.decode()),
        ("method.request.body.order.id", "o-1"),
        ("method.request.body.$.order.items[1].sku", "b"),
        ("method.request.body.order.items[0]", '{"sku":"a"}'),
        ("context.stage", "prod"),
        ("stageVariables.queue", "inbox"),
        ("stageVariables.missing", None),
    ],
)
def test_where_the_value_of_a_request_mapping_comes_from(expression: str, value: Any) -> None:
    assert value_of(request_source(expression), execution_of(api_with(MOCK))) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("integration.response.header.X-Id", "2"),
        ("integration.response.multivalueheader.x-id", ["1", "2"]),
        ("integration.response.body.id", "7"),
        ("integration.response.body", '{"id": 7}'),
        ("method.response.header.x", None),
    ],
)
def test_where_the_value_of_a_response_mapping_comes_from(expression: str, value: Any) -> None:
    execution = execution_of(api_with(MOCK))
    headers = [("x-id", "1"), ("X-Id", "2")]
    execution.answer = EndpointAnswer(200, Body(b'{"id": 7}'), headers)
    place = {"method.response.header.to": expression}
    if value is None:
        with pytest.raises(MappingError):
            response_mappings(place)
        return
    (mapping,) = response_mappings(place)
    assert value_of(mapping.source, execution) == value


def test_mappings_of_equal_expressions_are_equal() -> None:
    parameters = {"integration.request.header.X": "method.request.querystring.page"}
    assert request_mappings(parameters) == request_mappings(dict(parameters))


def test_the_integration_request_takes_path_query_and_headers() -> None:
    integration = {
        "type": "HTTP_PROXY",
        "httpMethod": "GET",
        "uri": "http://127.0.0.1/${stageVariables.queue}/{place}",
        "requestParameters": {
            "integration.request.path.place": "method.request.path.place",
            "integration.request.querystring.p": "method.request.multivaluequerystring.page",
            "integration.request.header.X-Order": "method.request.body.order.id",
        },
    }
    execution = execution_of(api_with(integration))
    map_request(execution)
    outgoing = execution.outgoing
    assert outgoing is not None
    assert (outgoing.method, outgoing.uri) == ("GET", "http://127.0.0.1/inbox/berlin")
    assert outgoing.query == {"p": ["1", "2"]}
    assert outgoing.headers == {"X-Order": "o-1"}


def test_edits_after_a_deployment_do_not_show_in_it() -> None:
    integration = {**MOCK, "integrationResponses": {"200": {"statusCode": "200"}}}
    api = api_with(integration)
    execution = execution_of(api)
    integration["integrationResponses"] = {}
    api.resources["r1"]["resourceMethods"]["POST"]["methodIntegration"]["type"] = "HTTP"
    api.document["policy"] = "{}"
    assert execution.method.integration.kind == "MOCK"
    assert [each.status for each in execution.method.integration.responses] == [200]
    assert execution.request.deployed.policy is None


def test_a_response_is_chosen_by_its_pattern() -> None:
    integration = {
        "type": "HTTP",
        "httpMethod": "GET",
        "uri": "http://127.0.0.1/",
        "integrationResponses": {
            "200": {"statusCode": "200"},
            "503": {"statusCode": "503", "selectionPattern": r"5\d\d"},
        },
    }
    execution = execution_of(api_with(integration))
    execution.answer = EndpointAnswer(500, Body(b"{}"))
    map_response(execution)
    assert execution.response is not None
    assert execution.response.status == 503


@pytest.mark.parametrize(("steps", "apart"), [(10, False), (1_000_000, True)])
def test_little_work_is_done_at_once_and_much_work_begins_anew_in_a_thread(
    steps: int, apart: bool
) -> None:
    places: list[tuple[bool, bytes]] = []

    def work(execution: Execution) -> None:
        on_loop = threading.current_thread() is threading.main_thread()
        places.append((on_loop, execution.body.raw))
        execution.note("begun")
        execution.body = Body(b"changed")
        execution.budget.spend(steps)

    async def carry(execution: Execution) -> bool:
        lane = Lane()
        try:
            waiting = lane.carry(execution, work)
            if waiting is not None:
                await waiting
            return waiting is not None
        finally:
            lane.stop()

    execution = execution_of(api_with(MOCK))
    execution.log = []
    assert asyncio.run(carry(execution)) is apart
    assert places == [(True, BODY), (False, BODY)][: 2 if apart else 1]
    assert execution.log == ["begun"]
    assert execution.body.raw == b"changed"


def test_work_beyond_the_budget_ends_the_request() -> None:
    def endless(execution: Execution) -> None:
        while True:
            execution.budget.spend(1000)

    async def carry() -> None:
        lane = Lane()
        try:
            waiting = lane.carry(execution_of(api_with(MOCK)), endless)
            assert waiting is not None
            await waiting
        finally:
            lane.stop()

    with pytest.raises(GatewayFailure) as failure:
        asyncio.run(carry())
    assert (failure.value.status, failure.value.message) == (500, "Internal server error")


def test_a_body_is_read_as_json_once() -> None:
    body, budget = Body(BODY), Budget()
    first = body.document(budget)
    left = budget.steps
    assert body.document(budget) is first
    assert budget.steps == left
    assert Body(b"no JSON").document(budget) is None
