"""What has to hold of every template: names that lead somewhere, an order, AWS's own properties."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import TopologicalSorter
from typing import Any

import botocore.session

_PSEUDO = "AWS::"
# what creates a resource of a kind: the service and operation whose input has the same members
_CREATES = {
    "AWS::ApiGateway::ApiKey": ("apigateway", "CreateApiKey"),
    "AWS::ApiGateway::Authorizer": ("apigateway", "CreateAuthorizer"),
    "AWS::ApiGateway::Deployment": ("apigateway", "CreateDeployment"),
    "AWS::ApiGateway::GatewayResponse": ("apigateway", "PutGatewayResponse"),
    "AWS::ApiGateway::Method": ("apigateway", "PutMethod"),
    "AWS::ApiGateway::Model": ("apigateway", "CreateModel"),
    "AWS::ApiGateway::RequestValidator": ("apigateway", "CreateRequestValidator"),
    "AWS::ApiGateway::Resource": ("apigateway", "CreateResource"),
    "AWS::ApiGateway::RestApi": ("apigateway", "CreateRestApi"),
    "AWS::ApiGateway::Stage": ("apigateway", "CreateStage"),
    "AWS::ApiGateway::UsagePlan": ("apigateway", "CreateUsagePlan"),
    "AWS::ApiGateway::UsagePlanKey": ("apigateway", "CreateUsagePlanKey"),
    "AWS::ApiGatewayV2::Api": ("apigatewayv2", "CreateApi"),
    "AWS::ApiGatewayV2::Authorizer": ("apigatewayv2", "CreateAuthorizer"),
    "AWS::ApiGatewayV2::Deployment": ("apigatewayv2", "CreateDeployment"),
    "AWS::ApiGatewayV2::Integration": ("apigatewayv2", "CreateIntegration"),
    "AWS::ApiGatewayV2::Route": ("apigatewayv2", "CreateRoute"),
    "AWS::ApiGatewayV2::Stage": ("apigatewayv2", "CreateStage"),
    "AWS::CloudWatch::Alarm": ("cloudwatch", "PutMetricAlarm"),
    "AWS::CloudWatch::CompositeAlarm": ("cloudwatch", "PutCompositeAlarm"),
    "AWS::DAX::Cluster": ("dax", "CreateCluster"),
    "AWS::DAX::ParameterGroup": ("dax", "CreateParameterGroup"),
    "AWS::DAX::SubnetGroup": ("dax", "CreateSubnetGroup"),
    "AWS::DynamoDB::Table": ("dynamodb", "CreateTable"),
    "AWS::Events::Archive": ("events", "CreateArchive"),
    "AWS::Events::EventBus": ("events", "CreateEventBus"),
    "AWS::Events::EventBusPolicy": ("events", "PutPermission"),
    "AWS::Events::Rule": ("events", "PutRule"),
    "AWS::EventSchemas::Registry": ("schemas", "CreateRegistry"),
    "AWS::EventSchemas::Schema": ("schemas", "CreateSchema"),
    "AWS::IAM::ManagedPolicy": ("iam", "CreatePolicy"),
    "AWS::IAM::Role": ("iam", "CreateRole"),
    "AWS::Lambda::Alias": ("lambda", "CreateAlias"),
    "AWS::Lambda::EventInvokeConfig": ("lambda", "PutFunctionEventInvokeConfig"),
    "AWS::Lambda::EventSourceMapping": ("lambda", "CreateEventSourceMapping"),
    "AWS::Lambda::Function": ("lambda", "CreateFunction"),
    "AWS::Lambda::LayerVersion": ("lambda", "PublishLayerVersion"),
    "AWS::Lambda::Permission": ("lambda", "AddPermission"),
    "AWS::Lambda::Url": ("lambda", "CreateFunctionUrlConfig"),
    "AWS::Lambda::Version": ("lambda", "PublishVersion"),
    "AWS::Logs::LogGroup": ("logs", "CreateLogGroup"),
    "AWS::Logs::MetricFilter": ("logs", "PutMetricFilter"),
    "AWS::Pipes::Pipe": ("pipes", "CreatePipe"),
    "AWS::SNS::Subscription": ("sns", "Subscribe"),
    "AWS::SNS::Topic": ("sns", "CreateTopic"),
    "AWS::SQS::Queue": ("sqs", "CreateQueue"),
    "AWS::Scheduler::Schedule": ("scheduler", "CreateSchedule"),
    "AWS::Scheduler::ScheduleGroup": ("scheduler", "CreateScheduleGroup"),
}
# properties under another name than in the API, or of a call of their own there
_ONLY_IN_TEMPLATES = {
    "AWS::ApiGateway::Authorizer": {"AuthorizerResultTtlInSeconds"},
    "AWS::ApiGateway::Method": {"Integration", "MethodResponses"},
    "AWS::ApiGateway::RestApi": {"ApiKeySourceType"},
    "AWS::ApiGateway::Stage": {"MethodSettings"},
    "AWS::ApiGateway::UsagePlan": {"UsagePlanName"},
    "AWS::DAX::Cluster": {"IAMRoleARN"},
    "AWS::DAX::ParameterGroup": {"ParameterNameValues"},
    "AWS::DynamoDB::Table": {"TimeToLiveSpecification", "PointInTimeRecoverySpecification"},
    "AWS::Events::Archive": {"SourceArn"},
    "AWS::Events::EventBusPolicy": {"Statement"},
    "AWS::Events::Rule": {"Targets"},
    "AWS::IAM::ManagedPolicy": {"ManagedPolicyName"},
    "AWS::IAM::Role": {"Policies", "ManagedPolicyArns"},
    "AWS::Lambda::Alias": {"ProvisionedConcurrencyConfig"},
    "AWS::Lambda::Function": {"ReservedConcurrentExecutions"},
    "AWS::Lambda::Url": {"TargetFunctionArn"},
    "AWS::Logs::LogGroup": {"RetentionInDays"},
    "AWS::SNS::Topic": {"TopicName"},
}
# properties whose names are attributes in the API
_ATTRIBUTES = {
    "AWS::SNS::Subscription": {
        "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy", "DeliveryPolicy"
    },
    "AWS::SNS::Topic": {"DisplayName", "FifoTopic", "ContentBasedDeduplication", "KmsMasterKeyId"},
}  # fmt: skip
_POLICIES = {
    "QueuePolicy": {"Queues", "PolicyDocument"},
    "TopicPolicy": {"Topics", "PolicyDocument"},
}


def wrong_properties(template: Mapping[str, Any]) -> list[str]:
    """Properties that no call that makes such a resource has a member for."""
    found = []
    for identifier, resource in template["Resources"].items():
        allowed = _members(resource["Type"])
        found += [f"{identifier}.{name}" for name in resource["Properties"] if name not in allowed]
    return found


@cache
def _members(kind: str) -> frozenset[str]:
    if kind.rpartition("::")[2] in _POLICIES:
        return frozenset(_POLICIES[kind.rpartition("::")[2]])
    service, operation = _CREATES[kind]
    model: Any = botocore.session.get_session().get_service_model(service)
    shape = model.operation_model(operation).input_shape
    names = {name[:1].upper() + name[1:] for name in shape.members}
    if kind == "AWS::SQS::Queue":
        names |= set(model.shape_for("QueueAttributeName").enum) - {"Policy"}
    return frozenset(names | _ONLY_IN_TEMPLATES.get(kind, set()) | _ATTRIBUTES.get(kind, set()))


def waits_for(value: Any) -> Iterator[str]:
    """The logical ids that a part of a template names."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            if key == "Ref":
                yield each
            elif key == "Fn::GetAtt":
                yield each[0]
            elif key == "Fn::Sub":
                yield from re.findall(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z.]+)?\}", each)
            else:
                yield from waits_for(each)
    elif isinstance(value, list):
        for each in value:
            yield from waits_for(each)


def order_of(template: Mapping[str, Any]) -> list[str]:
    """The resources as they can be made. Raises CycleError, or KeyError for a missing one."""
    resources = template["Resources"]
    graph = {}
    for identifier, resource in resources.items():
        names = {*waits_for(resource["Properties"]), *resource.get("DependsOn", ())}
        graph[identifier] = {n for n in names if n not in template.get("Parameters", {})}
        missing = graph[identifier] - set(resources)
        if missing:
            raise KeyError(f"{identifier} names {sorted(missing)}")
    return list(TopologicalSorter(graph).static_order())
