"""S3 as far as a claim check needs it.

https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def s3(client: Any) -> Any:
    return client("s3")


@pytest.fixture
def bucket(s3: Any) -> str:
    name = f"bucket-{uuid.uuid4().hex[:10]}"
    s3.create_bucket(Bucket=name)
    return name


def refusal(call: Any) -> str:
    with pytest.raises(ClientError) as error:
        call()
    return str(error.value.response["Error"]["Code"])


def test_a_body_too_large_for_a_message_comes_back_as_it_was(s3: Any, bucket: str) -> None:
    body = b"x" * 3_000_000
    s3.put_object(Bucket=bucket, Key="o-1", Body=body)
    assert s3.get_object(Bucket=bucket, Key="o-1")["Body"].read() == body


@pytest.mark.parametrize("key", ["a/b/c", "ä b/c+d", "50%", "x&y=z?", "'quoted'", "a//b", "~.-_"])
def test_a_key_with_strange_characters_is_kept(s3: Any, bucket: str, key: str) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]


def test_a_second_put_takes_the_place_of_the_first(s3: Any, bucket: str) -> None:
    for text in (b"one", b"two"):
        s3.put_object(Bucket=bucket, Key="k", Body=text)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"two"
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1


def test_what_is_not_there_is_said_as_s3_says_it(s3: Any, bucket: str) -> None:
    assert refusal(lambda: s3.get_object(Bucket=bucket, Key="none")) == "NoSuchKey"
    assert refusal(lambda: s3.get_object(Bucket=f"{bucket}-x", Key="k")) == "NoSuchBucket"
    assert refusal(lambda: s3.put_object(Bucket=f"{bucket}-x", Key="k", Body=b"")) == "NoSuchBucket"
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert refusal(lambda: s3.delete_bucket(Bucket=bucket)) == "BucketNotEmpty"
    s3.delete_object(Bucket=bucket, Key="k")
    s3.delete_bucket(Bucket=bucket)
    assert refusal(lambda: s3.head_bucket(Bucket=bucket)) == "404"


def test_all_objects_together_have_a_limit(s3: Any, bucket: str) -> None:
    body, keys = b"x" * (16 * 1024 * 1024 - 1024), []
    try:
        for number in range(17):
            s3.put_object(Bucket=bucket, Key=str(number), Body=body)
            keys.append(str(number))
        pytest.fail("the seventeenth object was taken")
    except ClientError as error:
        assert error.response["Error"]["Code"] == "ServiceUnavailable"
        assert len(keys) <= 16
    finally:
        for key in keys:
            s3.delete_object(Bucket=bucket, Key=key)
    s3.put_object(Bucket=bucket, Key="again", Body=b"there is room")
