"""Three of everything that AWS's APIs list, and the arguments that the lists of them want."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from typing import Any

ACCOUNT = "123456789012"
OPEN = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
SERVICES = ("lambda", "scheduler", "pipes", "dax", "apigateway")
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": [f"{each}.amazonaws.com" for each in SERVICES]},
            "Action": "sts:AssumeRole",
        },
    }
)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/lister"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:q0"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/tab0"
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/p0"
PROFILE = {"InstanceProfileName": "profile0"}
THREE = range(3)
Client = Callable[[str], Any]


def package(text: str, name: str = "app.py") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, text)
    return buffer.getvalue()


def make(client: Client) -> dict[str, Any]:
    """Make them. Returns the ids that AWS chose, by plain names."""
    ids: dict[str, Any] = {}
    for maker in (_identities, _messages, _tables, _functions, _buses, _schedules_and_pipes):
        maker(client)
    for maker_of_ids in (_schemas, _gateway, _http_apis, _logs_and_metrics, _the_rest):
        ids |= maker_of_ids(client)
    return ids


def _identities(client: Client) -> None:
    iam = client("iam")
    iam.create_role(RoleName="lister", AssumeRolePolicyDocument=TRUST)
    for i in THREE:
        tags = [{"Key": f"k{j}", "Value": "v"} for j in THREE]
        iam.create_user(UserName=f"u{i}", Tags=tags)
        iam.create_group(GroupName=f"g{i}")
        iam.add_user_to_group(UserName=f"u{i}", GroupName="g0")
        iam.create_policy(PolicyName=f"p{i}", PolicyDocument=OPEN, Tags=tags)
        iam.create_instance_profile(InstanceProfileName=f"profile{i}", Tags=tags)
        iam.add_role_to_instance_profile(InstanceProfileName=f"profile{i}", RoleName="lister")
        iam.create_role(RoleName=f"r{i}", AssumeRolePolicyDocument=TRUST, Tags=tags)
        iam.put_role_policy(RoleName="lister", PolicyName=f"in{i}", PolicyDocument=OPEN)
        iam.put_user_policy(UserName="u0", PolicyName=f"in{i}", PolicyDocument=OPEN)
        iam.put_group_policy(GroupName="g0", PolicyName=f"in{i}", PolicyDocument=OPEN)
    for i in THREE:
        if i:
            iam.add_user_to_group(UserName="u0", GroupName=f"g{i}")
            iam.create_policy_version(PolicyArn=POLICY, PolicyDocument=OPEN)
        arn = f"arn:aws:iam::{ACCOUNT}:policy/p{i}"
        iam.attach_role_policy(RoleName="lister", PolicyArn=arn)
        iam.attach_user_policy(UserName="u0", PolicyArn=arn)
        iam.attach_group_policy(GroupName="g0", PolicyArn=arn)
    iam.attach_role_policy(RoleName="r0", PolicyArn=POLICY)
    for _ in range(2):
        iam.create_access_key(UserName="u0")


def _messages(client: Client) -> None:
    sqs, sns = client("sqs"), client("sns")
    sqs.create_queue(QueueName="dead")
    redrive = {"deadLetterTargetArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:dead", "maxReceiveCount": 3}
    for i in THREE:
        sqs.create_queue(
            QueueName=f"q{i}",
            Attributes={"RedrivePolicy": json.dumps(redrive)},
            tags={"k": "v"},
        )
        topic = sns.create_topic(Name=f"topic{i}")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE)


def _tables(client: Client) -> None:
    dynamodb = client("dynamodb")
    for i in THREE:
        dynamodb.create_table(
            TableName=f"tab{i}",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        dynamodb.create_backup(TableName=f"tab{i}", BackupName=f"backup{i}")
    for i in THREE:
        dynamodb.put_item(TableName="tab0", Item={"pk": {"S": "p"}, "sk": {"S": str(i)}})


def _functions(client: Client) -> None:
    functions = client("lambda")
    for i in THREE:
        functions.create_function(
            FunctionName=f"f{i}",
            Runtime="python3.13",
            Handler="app.handler",
            Role=ROLE,
            Code={"ZipFile": package("def handler(event, context):\n    return 1\n")},
        )
        functions.create_event_source_mapping(
            FunctionName=f"f{i}", EventSourceArn=QUEUE, Enabled=False
        )
        functions.publish_layer_version(
            LayerName=f"layer{i}", Content={"ZipFile": package("x = 1\n", "python/m.py")}
        )
    for i in THREE:
        code = package(f"def handler(event, context):\n    return {i}\n")
        functions.update_function_code(FunctionName="f0", ZipFile=code, Publish=True)
        at = {"FunctionName": "f0", "Qualifier": f"alias{i}"}
        functions.create_alias(FunctionName="f0", Name=f"alias{i}", FunctionVersion=str(i + 1))
        functions.put_function_event_invoke_config(**at, MaximumRetryAttempts=0)
        functions.create_function_url_config(**at, AuthType="NONE")
        functions.put_provisioned_concurrency_config(**at, ProvisionedConcurrentExecutions=1)
        functions.publish_layer_version(
            LayerName="layer0", Content={"ZipFile": package(f"x = {i}\n", "python/m.py")}
        )


def _buses(client: Client) -> None:
    events = client("events")
    targets = [{"Id": str(i), "Arn": QUEUE} for i in THREE]
    for i in THREE:
        bus = events.create_event_bus(Name=f"bus{i}")["EventBusArn"]
        events.put_rule(Name=f"rule{i}", EventPattern='{"source":["pages"]}')
        events.put_targets(Rule=f"rule{i}", Targets=targets)
        archive = events.create_archive(ArchiveName=f"archive{i}", EventSourceArn=bus)
        events.start_replay(
            ReplayName=f"replay{i}",
            EventSourceArn=archive["ArchiveArn"],
            EventStartTime=time.time() - 100,
            EventEndTime=time.time() - 50,
            Destination={"Arn": bus},
        )


def _schedules_and_pipes(client: Client) -> None:
    for i in THREE:
        client("scheduler").create_schedule_group(Name=f"group{i}")
        client("scheduler").create_schedule(
            Name=f"schedule{i}",
            ScheduleExpression="rate(1 hour)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": QUEUE, "RoleArn": ROLE},
            State="DISABLED",
        )
        client("pipes").create_pipe(
            Name=f"pipe{i}",
            Source=QUEUE,
            Target=QUEUE.replace("q0", "q1"),
            RoleArn=ROLE,
            DesiredState="STOPPED",
        )


def _schemas(client: Client) -> dict[str, Any]:
    schemas = client("schemas")
    head = {"$schema": "http://json-schema.org/draft-04/schema#", "type": "object"}
    for i in THREE:
        schemas.create_registry(RegistryName=f"registry{i}")
        arn = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/bus{i}"
        schemas.create_discoverer(SourceArn=arn)
        schemas.create_schema(
            RegistryName="registry0",
            SchemaName=f"schema{i}",
            Type="JSONSchemaDraft4",
            Content=json.dumps(head),
        )
        schemas.update_schema(
            RegistryName="registry0",
            SchemaName="schema0",
            Type="JSONSchemaDraft4",
            Content=json.dumps({**head, "title": f"t{i}"}),
        )
    return {}


def _gateway(client: Client) -> dict[str, Any]:
    gateway = client("apigateway")
    apis = [gateway.create_rest_api(name=f"api{i}")["id"] for i in THREE]
    root = gateway.get_resources(restApiId=apis[0])["items"][0]["id"]
    for i in THREE:
        key = gateway.create_api_key(name=f"key{i}")["id"]
        plan = gateway.create_usage_plan(name=f"plan{i}")["id"]
        gateway.create_model(
            restApiId=apis[0], name=f"Model{i}", contentType="application/json", schema="{}"
        )
        made = gateway.create_resource(restApiId=apis[0], parentId=root, pathPart=f"x{i}")
        gateway.put_method(
            restApiId=apis[0], resourceId=made["id"], httpMethod="GET", authorizationType="NONE"
        )
        gateway.put_integration(
            restApiId=apis[0], resourceId=made["id"], httpMethod="GET", type="MOCK"
        )
        gateway.create_request_validator(restApiId=apis[0], name=f"validator{i}")
        gateway.create_authorizer(
            restApiId=apis[0],
            name=f"authorizer{i}",
            type="TOKEN",
            identitySource="method.request.header.auth",
            authorizerUri="arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
            f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f{i}/invocations",
        )
    for _ in THREE:
        gateway.create_deployment(restApiId=apis[0])
    keys = gateway.get_api_keys()["items"]
    for key in keys:
        gateway.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
    return {"api": apis[0], "plan": plan}


def _http_apis(client: Client) -> dict[str, Any]:
    gateway = client("apigatewayv2")
    api, *_ = [gateway.create_api(Name=f"http{i}", ProtocolType="HTTP")["ApiId"] for i in THREE]
    for i in THREE:
        function = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f{i}"
        integration = gateway.create_integration(
            ApiId=api,
            IntegrationType="AWS_PROXY",
            IntegrationUri=function,
            PayloadFormatVersion="2.0",
        )["IntegrationId"]
        gateway.create_route(ApiId=api, RouteKey=f"GET /x{i}", Target=f"integrations/{integration}")
        gateway.create_stage(ApiId=api, StageName=f"stage{i}")
        gateway.create_deployment(ApiId=api)
        gateway.create_authorizer(
            ApiId=api,
            Name=f"authorizer{i}",
            AuthorizerType="REQUEST",
            AuthorizerPayloadFormatVersion="2.0",
            IdentitySource=["$request.header.auth"],
            AuthorizerUri="arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
            f"{function}/invocations",
        )
    return {"http api": api}


def _logs_and_metrics(client: Client) -> dict[str, Any]:
    logs, cloudwatch = client("logs"), client("cloudwatch")
    for i in THREE:
        logs.create_log_group(logGroupName=f"/pages/{i}")
        cloudwatch.put_metric_data(
            Namespace="Pages", MetricData=[{"MetricName": f"m{i}", "Value": 1}]
        )
        cloudwatch.put_metric_alarm(
            AlarmName=f"alarm{i}",
            Namespace="Pages",
            MetricName="m",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
        cloudwatch.put_dashboard(DashboardName=f"board{i}", DashboardBody='{"widgets":[]}')
    now = int(time.time())
    for i in THREE:
        at = {"logGroupName": "/pages/0", "logStreamName": f"stream{i}"}
        logs.create_log_stream(**at)
        logs.put_log_events(**at, logEvents=[{"timestamp": now * 1000, "message": "m"}])
        logs.put_metric_filter(
            logGroupName="/pages/0",
            filterName=f"filter{i}",
            filterPattern="m",
            metricTransformations=[
                {"metricName": "L", "metricNamespace": "Mine", "metricValue": "1"}
            ],
        )
        logs.put_resource_policy(policyName=f"policy{i}", policyDocument=OPEN)
        logs.start_query(
            logGroupName="/pages/0", startTime=1, endTime=now, queryString="fields @message"
        )
    return {"now": now}


def _the_rest(client: Client) -> dict[str, Any]:
    traces = []
    for i in THREE:
        client("s3").create_bucket(Bucket=f"bucket{i}")
        client("s3").put_object(Bucket="bucket0", Key=f"k{i}", Body=b"x")
        client("dax").create_parameter_group(ParameterGroupName=f"parameters{i}")
        client("dax").create_subnet_group(SubnetGroupName=f"subnets{i}", SubnetIds=["subnet-1"])
        client("dax").create_cluster(
            ClusterName=f"cluster{i}",
            NodeType="dax.t3.small",
            ReplicationFactor=1,
            IamRoleArn=ROLE,
            Tags=[{"Key": "k", "Value": "v"}],
        )
        traces.append(f"1-{int(time.time()):08x}-a006649127e371903a2de97{i}")
        segment = {
            "name": "pages",
            "id": f"70de5b6f19ff9a0{i}",
            "trace_id": traces[-1],
            "start_time": time.time() - 1,
            "end_time": time.time(),
        }
        client("xray").put_trace_segments(TraceSegmentDocuments=[json.dumps(segment)])
    return {"traces": traces}


def arguments(ids: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """What each list wants to know first, by service and operation."""
    api = {"restApiId": ids["api"]}
    since = {"StartTime": ids["now"] - 600, "EndTime": ids["now"] + 600}
    metric_stats = [
        {
            "Id": f"m{i}",
            "MetricStat": {
                "Metric": {"Namespace": "Pages", "MetricName": f"m{i}"},
                "Period": 60,
                "Stat": "Sum",
            },
        }
        for i in THREE
    ]
    registry, function = {"RegistryName": "registry0"}, {"FunctionName": "f0"}
    role, user, group = {"RoleName": "lister"}, {"UserName": "u0"}, {"GroupName": "g0"}
    return {
        ("events", "ListTargetsByRule"): {"Rule": "rule0"},
        ("events", "ListRuleNamesByTarget"): {"TargetArn": QUEUE},
        ("schemas", "ListSchemas"): registry,
        ("schemas", "ListSchemaVersions"): {**registry, "SchemaName": "schema0"},
        ("schemas", "SearchSchemas"): {**registry, "Keywords": "schema"},
        ("lambda", "ListAliases"): function,
        ("lambda", "ListVersionsByFunction"): function,
        ("lambda", "ListFunctionEventInvokeConfigs"): function,
        ("lambda", "ListProvisionedConcurrencyConfigs"): function,
        ("lambda", "ListFunctionUrlConfigs"): function,
        ("lambda", "ListLayerVersions"): {"LayerName": "layer0"},
        ("dynamodb", "Scan"): {"TableName": "tab0"},
        ("dynamodb", "Query"): {
            "TableName": "tab0",
            "KeyConditionExpression": "pk = :p",
            "ExpressionAttributeValues": {":p": {"S": "p"}},
        },
        ("sqs", "ListDeadLetterSourceQueues"): {
            "QueueUrl": f"https://queue.amazonaws.com/{ACCOUNT}/dead"
        },
        ("logs", "DescribeLogStreams"): {"logGroupName": "/pages/0"},
        ("logs", "DescribeMetricFilters"): {"logGroupName": "/pages/0"},
        ("logs", "FilterLogEvents"): {"logGroupName": "/pages/0"},
        ("cloudwatch", "GetMetricData"): {**since, "MetricDataQueries": metric_stats},
        ("apigateway", "GetModels"): api,
        ("apigateway", "GetResources"): api,
        ("apigateway", "GetDeployments"): api,
        ("apigateway", "GetAuthorizers"): api,
        ("apigateway", "GetRequestValidators"): api,
        ("apigateway", "GetUsagePlanKeys"): {"usagePlanId": ids["plan"]},
        **{
            ("apigatewayv2", f"Get{each}"): {"ApiId": ids["http api"]}
            for each in ("Authorizers", "Deployments", "Integrations", "Routes", "Stages")
        },
        ("iam", "GetGroup"): group,
        ("iam", "ListAccessKeys"): user,
        ("iam", "ListAttachedGroupPolicies"): group,
        ("iam", "ListAttachedRolePolicies"): role,
        ("iam", "ListAttachedUserPolicies"): user,
        ("iam", "ListEntitiesForPolicy"): {"PolicyArn": POLICY},
        ("iam", "ListGroupPolicies"): group,
        ("iam", "ListGroupsForUser"): user,
        ("iam", "ListInstanceProfilesForRole"): role,
        ("iam", "ListInstanceProfileTags"): PROFILE,
        ("iam", "ListPolicies"): {"Scope": "Local"},
        ("iam", "ListPolicyTags"): {"PolicyArn": POLICY},
        ("iam", "ListPolicyVersions"): {"PolicyArn": POLICY},
        ("iam", "ListRolePolicies"): role,
        ("iam", "ListRoleTags"): {"RoleName": "r0"},
        ("iam", "ListUserPolicies"): user,
        ("iam", "ListUserTags"): user,
        ("s3", "ListObjectsV2"): {"Bucket": "bucket0"},
        ("xray", "GetTraceSummaries"): since,
        ("xray", "BatchGetTraces"): {"TraceIds": ids["traces"]},
        ("xray", "GetServiceGraph"): since,
        ("xray", "GetTraceGraph"): {"TraceIds": ids["traces"]},
    }
