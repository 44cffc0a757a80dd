"""S3's list of buckets, page by page: moto gives it whole.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from orderlab.cloud import moto_backends
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.http import Response

MOST = 10_000
_SCHEMA = "http://s3.amazonaws.com/doc/2006-03-01/"
# parameters that have the Region of each bucket shown
_ASK_FOR_REGIONS = ("max-buckets", "prefix", "continuation-token", "bucket-region")


class InvalidArgument(AwsError):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""

    code = "InvalidArgument"


class BucketService:
    """What S3 does here besides moto."""

    name = "s3"

    def __init__(self) -> None:
        self.operations: Mapping[str, Handler] = {"ListBuckets": self._list}

    async def start(self) -> None:
        """Nothing runs here."""

    async def stop(self) -> None:
        """Nothing runs here."""

    def _list(self, call: Call, parameters: Parameters) -> Response:
        asked = dict(parse_qsl(call.request.query_string))
        most = _most(asked.get("max-buckets"))
        after = _name(asked.get("continuation-token"))
        prefix, region = asked.get("prefix", ""), asked.get("bucket-region")
        account = call.principal.account_id
        found = [
            bucket
            for name, bucket in sorted(moto_backends.backend("s3", account, "aws").buckets.items())
            if name.startswith(prefix) and name > after and region in (None, bucket.region_name)
        ]
        shown = found[:most]
        regions = any(name in asked for name in _ASK_FOR_REGIONS)
        content = "".join(_bucket(bucket, regions=regions) for bucket in shown)
        body = f"<Owner><ID>{account}</ID></Owner><Buckets>{content}</Buckets>"
        if len(found) > most:
            body += f"<ContinuationToken>{_token(shown[-1].name)}</ContinuationToken>"
        if prefix:
            body += f"<Prefix>{escape(prefix)}</Prefix>"
        whole = f'<ListAllMyBucketsResult xmlns="{_SCHEMA}">{body}</ListAllMyBucketsResult>'
        text = f'<?xml version="1.0" encoding="UTF-8"?>\n{whole}'
        headers = [("content-type", "application/xml"), ("x-amz-request-id", call.request_id)]
        return Response(200, text.encode(), headers)


def _bucket(bucket: Any, *, regions: bool) -> str:
    made = bucket.creation_date.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    region = f"<BucketRegion>{bucket.region_name}</BucketRegion>" if regions else ""
    name = f"<Name>{bucket.name}</Name><CreationDate>{made}</CreationDate>"
    return f"<Bucket>{name}{region}</Bucket>"


def _most(given: str | None) -> int:
    if given is None:
        return MOST
    if not given.isdecimal() or not 1 <= int(given) <= MOST:
        raise InvalidArgument(f"Argument max-buckets must be an integer between 1 and {MOST}.")
    return int(given)


def _token(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def _name(token: str | None) -> str:
    try:
        return base64.urlsafe_b64decode(token or "").decode()
    except ValueError:
        raise InvalidArgument("The continuation token provided is incorrect") from None
