"""S3 as far as a claim check needs it: moto keeps the objects, this says how many there may be.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html
Differs from AWS: of S3 there are buckets, and objects that are put, read, listed and deleted; an
object has 16 MB at most, and all of them together 256 MB in 10,000 objects.
"""

from __future__ import annotations

from orderlab.cloud import moto_backends
from orderlab.cloud.aws_error import AwsError

SERVED = frozenset(
    (
        *("CreateBucket", "HeadBucket", "ListBuckets", "DeleteBucket", "ListObjectsV2"),
        *("PutObject", "GetObject", "DeleteObject"),
    )
)
MOST_OBJECTS = 10_000
ALL_OBJECTS_BYTES = 256 * 1024 * 1024


class ServiceUnavailable(AwsError):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""

    code = "ServiceUnavailable"
    status = 503


def require_room(account_id: str, size: int) -> None:
    """Raise ServiceUnavailable if there is no room left for an object of `size` bytes."""
    buckets = moto_backends.backend("s3", account_id, "aws").buckets.values()
    sizes = [key.size for bucket in buckets for key in bucket.keys.values()]
    if len(sizes) >= MOST_OBJECTS or sum(sizes) + size > ALL_OBJECTS_BYTES:
        raise ServiceUnavailable("Please reduce your request rate: the local cloud's S3 is full.")
