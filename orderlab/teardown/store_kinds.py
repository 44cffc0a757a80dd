"""What keeps data: DynamoDB's tables, DAX's clusters with their groups, S3's buckets."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.lacking import lacks
from orderlab.aws_target.marks import Marks
from orderlab.teardown.found import Client, Found, Kind, pages, tags_of

# a cluster's nodes are shut down one after the other
CLUSTER_SECONDS = 900.0
_MOST_OBJECTS = 1000


def _clusters(client: Client, _: Marks) -> Iterator[Found]:
    dax = client("dax")
    for each in pages(dax, "describe_clusters", "Clusters"):
        tags = tags_of(dax.list_tags, "Tags", ResourceName=each["ClusterArn"])
        yield Found("DAX cluster", each["ClusterName"], each["ClusterName"], tags)


def _dax_groups(kind: str, listing: str, member: str, name: str) -> Any:
    def find(client: Client, marks: Marks) -> Iterator[Found]:
        # they can have no tags
        for each in pages(client("dax"), listing, member):
            yield Found(kind, each[name], each[name], marks.signed(each.get("Description")))

    return find


def _tables(client: Client, _: Marks) -> Iterator[Found]:
    dynamodb = client("dynamodb")
    for name in pages(dynamodb, "list_tables", "TableNames"):
        with contextlib.suppress(dynamodb.exceptions.ResourceNotFoundException):
            table = dynamodb.describe_table(TableName=name)["Table"]
            if table["TableStatus"] == "DELETING":
                continue
            arn = table["TableArn"]
            tags = tags_of(dynamodb.list_tags_of_resource, "Tags", ResourceArn=arn)
            yield Found("table", name, name, tags)


def _buckets(client: Client, _: Marks) -> Iterator[Found]:
    s3 = client("s3")
    for each in s3.list_buckets().get("Buckets", ()):
        # a bucket without tags is answered with NoSuchTagSet
        tags = tags_of(s3.get_bucket_tagging, "TagSet", Bucket=each["Name"])
        yield Found("bucket", each["Name"], each["Name"], tags)


def _delete_cluster(client: Client, found: Found) -> None:
    dax = client("dax")
    here = dax.describe_clusters(ClusterNames=[found.key])["Clusters"]
    if any(each["Status"] != "deleting" for each in here):
        dax.delete_cluster(ClusterName=found.key)


def _delete_table(client: Client, found: Found) -> None:
    dynamodb = client("dynamodb")
    # while it is being made or changed it cannot be deleted
    dynamodb.get_waiter("table_exists").wait(TableName=found.key, WaiterConfig={"Delay": 1})
    dynamodb.delete_table(TableName=found.key)
    dynamodb.get_waiter("table_not_exists").wait(TableName=found.key, WaiterConfig={"Delay": 1})


def _delete_bucket(client: Client, found: Found) -> None:
    """Empty it of objects, their versions and unfinished uploads; only an empty one may go."""
    s3, bucket = client("s3"), found.key
    with _without_what_is_missing():
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            _delete_objects(s3, bucket, [*page.get("Versions", ()), *page.get("DeleteMarkers", ())])
    _delete_objects(s3, bucket, list(pages(s3, "list_objects_v2", "Contents", Bucket=bucket)))
    with _without_what_is_missing():
        for each in list(pages(s3, "list_multipart_uploads", "Uploads", Bucket=bucket)):
            s3.abort_multipart_upload(Bucket=bucket, Key=each["Key"], UploadId=each["UploadId"])
    s3.delete_bucket(Bucket=bucket)


@contextlib.contextmanager
def _without_what_is_missing() -> Iterator[None]:
    """A server without versions or uploads has none of them."""
    try:
        yield
    except ClientError as error:
        if not lacks(error):
            raise


def _delete_objects(s3: Any, bucket: str, found: list[Any]) -> None:
    keys = [{name: each[name] for name in ("Key", "VersionId") if each.get(name)} for each in found]
    for begin in range(0, len(keys), _MOST_OBJECTS):
        objects = {"Objects": keys[begin : begin + _MOST_OBJECTS], "Quiet": True}
        s3.delete_objects(Bucket=bucket, Delete=objects)


DAX_KINDS = (
    Kind("DAX cluster", _clusters, _delete_cluster, CLUSTER_SECONDS),
    Kind("DAX parameter group",
         _dax_groups("DAX parameter group", "describe_parameter_groups", "ParameterGroups",
                     "ParameterGroupName"),
         lambda client, it: client("dax").delete_parameter_group(ParameterGroupName=it.key)),
    Kind("DAX subnet group",
         _dax_groups("DAX subnet group", "describe_subnet_groups", "SubnetGroups",
                     "SubnetGroupName"),
         lambda client, it: client("dax").delete_subnet_group(SubnetGroupName=it.key)),
)  # fmt: skip
TABLE = Kind("table", _tables, _delete_table)
BUCKET = Kind("bucket", _buckets, _delete_bucket)
