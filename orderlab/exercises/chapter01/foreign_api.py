"""Try a permission: put another API, or another method, in front of a function and call it."""

from __future__ import annotations

from orderlab.exercises.chapter01.starting_points import BEHIND
from orderlab.exercises.engine import Workspace
from orderlab.orders.parts.names import function_arn
from orderlab.practice.http import request
from orderlab.practice.orders import fresh

STAGE = "probe"


def foreign_api_gets_in(
    workspace: Workspace, function: str, verb: str, path: str, *, api: str = ""
) -> bool:
    """Whether `verb /path` of another API (or of the API named `api`) reaches the function.

    What is made for the try is removed again; a stage of the learner's is left as it was.
    """
    gateway = workspace.client("apigateway")
    own = not api
    api_id = gateway.create_rest_api(name="probe-of-a-check")["id"] if own else _id(workspace, api)
    items = gateway.get_resources(restApiId=api_id, limit=500)["items"]
    paths = {each["path"]: each["id"] for each in items}
    there = paths.get(f"/{path}")
    resource = (
        there or gateway.create_resource(restApiId=api_id, parentId=paths["/"], pathPart=path)["id"]
    )
    where = {"restApiId": api_id, "resourceId": resource, "httpMethod": verb}
    try:
        gateway.put_method(**where, authorizationType="NONE")
        gateway.put_integration(
            **where,
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=BEHIND.format(function_arn(workspace.target, function)),
        )
        gateway.create_deployment(restApiId=api_id, stageName=STAGE)
        url = f"{workspace.target.api_url(api_id, STAGE)}/{path}"
        return request(url, fresh(1)[0], method=verb).status != 500
    finally:
        if own:
            gateway.delete_rest_api(restApiId=api_id)
        else:
            if there:
                gateway.delete_method(**where)
            else:
                gateway.delete_resource(restApiId=api_id, resourceId=resource)
            gateway.delete_stage(restApiId=api_id, stageName=STAGE)


def _id(workspace: Workspace, name: str) -> str:
    apis = workspace.client("apigateway").get_rest_apis(limit=500)["items"]
    return str(next(each["id"] for each in apis if each["name"] == workspace.name(name)))
