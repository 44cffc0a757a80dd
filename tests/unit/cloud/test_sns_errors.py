"""SNS's errors have the codes and statuses that botocore's model gives them."""

from __future__ import annotations

import pytest

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.service_models import service_model
from orderlab.cloud.sns import errors

MODELLED = {
    shape.error_code: shape.metadata["error"]["httpStatusCode"]
    for shape in service_model("sns").error_shapes
    if "error" in shape.metadata
}
# SNS answers with this code where a parameter is missing, which no model has
NOT_MODELLED = {"ValidationError"}


@pytest.mark.parametrize(
    "error",
    [
        errors.InvalidParameter("x"),
        errors.ParameterValueInvalid("x"),
        errors.InvalidToken(),
        errors.NotFound("x"),
        errors.ResourceNotFound(),
        errors.MissingParameter("x"),
        errors.TagLimitExceeded(),
        errors.LimitExceeded("x", code="SubscriptionLimitExceeded"),
        errors.LimitExceeded("x", code="FilterPolicyLimitExceeded"),
        errors.BatchError("EmptyBatchRequest", "x"),
        errors.BatchError("TooManyEntriesInBatchRequest", "x"),
        errors.BatchError("BatchEntryIdsNotDistinct", "x"),
        errors.BatchError("InvalidBatchEntryId", "x"),
        errors.BatchError("BatchRequestTooLong", "x"),
    ],
    ids=lambda error: error.code,
)
def test_an_error_is_as_the_model_says(error: AwsError) -> None:
    if error.code in NOT_MODELLED:
        assert error.code not in MODELLED
    else:
        assert MODELLED[error.code] == error.status


def test_an_error_that_is_not_in_the_list_above_would_be_noticed() -> None:
    classes = {
        name
        for name, found in vars(errors).items()
        if isinstance(found, type) and issubclass(found, AwsError) and found is not AwsError
    }
    assert classes == {
        "BatchError",
        "InvalidParameter",
        "InvalidToken",
        "LimitExceeded",
        "MissingParameter",
        "NotFound",
        "ParameterValueInvalid",
        "ResourceNotFound",
        "TagLimitExceeded",
    }
