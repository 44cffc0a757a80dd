"""The least that one has to be allowed in an account, as an IAM policy.

What has a name is narrowed to the learner's prefix, roles to the learner's path and boundary.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from typing import Any

from orderlab.aws_target.account import AccountTarget

# by service: the resources of the learner, with which everything may be done
OWN = {
    "lambda": ("function:{prefix}*", "function:{short}*", "layer:{prefix}*"),
    "sqs": ("{prefix}*", "{short}*"),
    "sns": ("{prefix}*",),
    "dynamodb": ("table/{prefix}*",),
    "logs": ("log-group:*{prefix}*", "log-group:/aws/lambda/{short}*"),
    "cloudwatch": ("alarm:{prefix}*",),
    "events": ("event-bus/{prefix}*", "rule/{prefix}*", "rule/{short}*", "archive/{prefix}*",
               "archive/{short}*"),
    "pipes": ("pipe/{prefix}*", "pipe/{short}*"),
    "scheduler": ("schedule-group/{prefix}*", "schedule/{prefix}*", "schedule/default/{prefix}*",
                  "schedule/default/{short}*"),
    "schemas": ("registry/{prefix}*", "schema/{prefix}*", "discoverer/*"),
    "dax": ("cache/{prefix}*", "cache/{short}*"),
}  # fmt: skip
# those whose ARNs have no Region
WITHOUT_REGION = {
    "cloudwatch": ("arn:aws:cloudwatch::{account}:dashboard/{prefix}*",),
    "s3": ("arn:aws:s3:::{prefix}*",),
    "budgets": ("arn:aws:budgets::{account}:budget/{prefix}*",),
}
# API Gateway names its resources by paths, and chooses their ids itself
API_PATHS = ("account", "apikeys*", "apis*", "restapis*", "tags/*", "usageplans*")
API_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")
# what AWS lets nobody narrow to a name, and the tags by which others' resources are told apart
LISTED = (
    "budgets:ListTagsForResource", "budgets:ViewBudget",
    "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics",
    "cloudwatch:ListDashboards", "cloudwatch:ListMetrics", "cloudwatch:ListTagsForResource",
    "cloudwatch:PutMetricData",
    "dax:CreateParameterGroup", "dax:DeleteParameterGroup", "dax:DeleteSubnetGroup",
    "dax:DescribeClusters", "dax:DescribeParameterGroups", "dax:DescribeParameters",
    "dax:DescribeSubnetGroups", "dax:ListTags", "dax:UpdateParameterGroup",
    "dynamodb:DescribeTable", "dynamodb:ListStreams", "dynamodb:ListTables",
    "dynamodb:ListTagsOfResource",
    # where a DAX cluster may stand
    "ec2:DescribeAvailabilityZones", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "events:ListArchives", "events:ListEventBuses", "events:ListRules",
    "events:ListTagsForResource", "events:PutEvents",
    "iam:GetAccountAuthorizationDetails", "iam:ListPolicies", "iam:ListRoles",
    "iam:SimulatePrincipalPolicy",
    "lambda:CreateEventSourceMapping", "lambda:DeleteEventSourceMapping",
    "lambda:GetEventSourceMapping", "lambda:ListEventSourceMappings", "lambda:ListFunctions",
    "lambda:ListLayers", "lambda:ListTags", "lambda:UpdateEventSourceMapping",
    "logs:DescribeLogGroups", "logs:GetQueryResults", "logs:ListTagsForResource",
    "pipes:ListPipes", "pipes:ListTagsForResource",
    "s3:GetBucketTagging", "s3:ListAllMyBuckets",
    "scheduler:ListScheduleGroups", "scheduler:ListSchedules", "scheduler:ListTagsForResource",
    "schemas:DescribeSchema", "schemas:ListDiscoverers", "schemas:ListRegistries",
    "schemas:ListSchemas", "schemas:ListTagsForResource",
    "sns:GetSubscriptionAttributes", "sns:ListSubscriptions", "sns:ListTagsForResource",
    "sns:ListTopics", "sns:SetSubscriptionAttributes", "sns:Unsubscribe",
    "sqs:ListQueueTags", "sqs:ListQueues", "tag:GetResources",
    "xray:BatchGetTraces", "xray:GetTraceSummaries",
)  # fmt: skip
ROLES = (
    "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:GetRole",
    "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole",
    "iam:ListRolePolicies", "iam:TagRole", "iam:UpdateAssumeRolePolicy",
)  # fmt: skip
# these could give a role more than the boundary, so they are allowed with it alone
BOUNDED = ("iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePolicy")
# nothing here changes a policy that stands: the boundary can't be widened
POLICIES = (
    "iam:CreatePolicy", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:GetPolicy",
    "iam:GetPolicyVersion", "iam:ListPolicyTags", "iam:ListPolicyVersions", "iam:TagPolicy",
)  # fmt: skip
PASSED_TO = ("apigateway", "dax", "events", "lambda", "pipes", "scheduler")


def policy(target: AccountTarget) -> dict[str, Any]:
    """The policy of a learner in an account; AWS takes it as one managed policy."""
    account, paths, prefix = target.account_id, target.marks.role_path, target.marks.prefix
    roles = [f"arn:aws:iam::{account}:role{paths}*"]
    # one that isn't there has no path: who looks for it is told so, and not that it may not
    missing = [
        f"arn:aws:iam::{account}:role/{each}"
        for each in (f"{prefix}*", f"{target.marks.shortened}*")
    ]
    bounded = {"StringEquals": {"iam:PermissionsBoundary": target.boundary.arn}}
    services = {
        "StringEquals": {"iam:PassedToService": [f"{each}.amazonaws.com" for each in PASSED_TO]}
    }
    apis = [f"arn:aws:apigateway:{target.region}::/{each}" for each in API_PATHS]
    everything = [f"{service}:*" for service in dict.fromkeys((*OWN, *WITHOUT_REGION))]
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow("OwnResources", everything, own_resources(target)),
            _allow("OwnApis", [f"apigateway:{each}" for each in API_METHODS], apis),
            _allow("OwnRoles", ROLES, roles + missing),
            {**_allow("BoundedRoles", BOUNDED, roles), "Condition": bounded},
            {**_allow("PassedRoles", ["iam:PassRole"], roles), "Condition": services},
            _allow("OwnPolicies", POLICIES, [f"arn:aws:iam::{account}:policy{paths}*"]),
            _allow("WithoutNames", LISTED, ["*"]),
        ],
    }


def own_resources(target: AccountTarget) -> list[str]:
    """ARNs with wildcards of what has the learner's prefix."""
    place = f"{target.region}:{target.account_id}"
    marks = target.marks
    names = {"prefix": marks.prefix, "short": marks.shortened, "account": target.account_id}
    regional = [
        f"arn:aws:{service}:{place}:{each.format(**names)}"
        for service, several in OWN.items()
        for each in several
    ]
    return regional + [
        each.format(**names) for several in WITHOUT_REGION.values() for each in several
    ]


def _allow(sid: str, actions: Any, resources: list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resources}
