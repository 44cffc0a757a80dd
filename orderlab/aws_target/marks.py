"""What marks a learner's resources in an account: a prefix, tags, and a path of roles.

The client factory puts them on every request that makes something, so that a notebook says `greet`
and the account has `orderlab-anna-greet`, tagged, whoever wrote the call.

https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
"""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from orderlab.aws_target.absent import absent_in
from orderlab.aws_target.asked_names import BATCHES, asked_tables, keep, name_as_asked
from orderlab.aws_target.lack import NotHere
from orderlab.aws_target.lacking import lacks
from orderlab.aws_target.naming import rename
from orderlab.aws_target.own_view import OwnView
from orderlab.aws_target.written_names import Names, shortened
from orderlab.errors import LearnerError

TAG = "orderlab"
LEARNER_TAG = "orderlab-learner"
EXPIRES_DAYS = 7
_MOST = 12
_BUCKET = "orderlab-bucket"
# operations that make something and whose name does not begin with Create
_MAKERS = ("PutMetricAlarm", "PutCompositeAlarm", "PutDashboard", "PutRule")
# what can have no tags is signed in its description, of so many characters at most
_SIGNED = {
    ("dax", "CreateParameterGroup"): 255,
    ("dax", "CreateSubnetGroup"): 255,
    ("events", "CreateArchive"): 512,
    ("events", "UpdateArchive"): 512,
    ("lambda", "PublishLayerVersion"): 256,
    ("scheduler", "CreateSchedule"): 512,
    ("scheduler", "UpdateSchedule"): 512,
}
# a topic that is made again must have the same tags, also on another day
_SAME_AGAIN = ("CreateTopic",)


def learner_name() -> str:
    """ORDERLAB_LEARNER, or the user's name, in the letters that every AWS name may have.

    Raises LearnerError if nothing is left of it.
    """
    given = os.environ.get("ORDERLAB_LEARNER") or getpass.getuser()
    found = re.sub(r"[^a-z0-9]", "", given.lower())[:_MOST]
    if not found:
        raise LearnerError(
            f"No name can be made of {given!r}.", advice="Set ORDERLAB_LEARNER to letters, a to z."
        )
    return found


@dataclass(frozen=True)
class Marks:
    """The marks of one learner; `chapter` and `expiry`, a date, are tags of what is made now."""

    learner: str
    chapter: str = ""
    expiry: str = ""

    @classmethod
    def of_now(cls, learner: str = "", chapter: int | None = None) -> Marks:
        """The marks of what is made today, by the user if no learner is named."""
        expiry = (datetime.now(UTC) + timedelta(days=EXPIRES_DAYS)).date().isoformat()
        return cls(learner or learner_name(), "" if chapter is None else f"{chapter:02d}", expiry)

    @property
    def prefix(self) -> str:
        return f"orderlab-{self.learner}-"

    @property
    def shortened(self) -> str:
        """What names begin with that would be too long with the prefix."""
        return shortened(self.prefix)

    def names_it(self, name: str) -> bool:
        """Whether a name is one that this learner's resource would have."""
        plain = name.rpartition("/")[2]
        long = re.match(f"{self.shortened}[0-9a-f]{{4}}-", plain)
        return plain.startswith(self.prefix) or long is not None

    def name(self, resource: str) -> str:
        """The name of the learner's resource; the prefix alone for an empty one."""
        return f"{self.prefix}{resource.removeprefix(self.prefix)}"

    @property
    def role_path(self) -> str:
        return f"/orderlab/{self.learner}/"

    @property
    def tags(self) -> dict[str, str]:
        told = {"orderlab-chapter": self.chapter, "orderlab-expiry": self.expiry}
        return {**self.owner, **{key: value for key, value in told.items() if value}}

    @property
    def owner(self) -> dict[str, str]:
        """The tags by which a resource is known again."""
        return {TAG: "course", LEARNER_TAG: self.learner}

    @property
    def sign(self) -> str:
        """What the description of a resource ends with whose kind can have no tags."""
        return f"[{LEARNER_TAG}: {self.learner}]"

    def signed(self, description: Any) -> dict[str, str]:
        """What tags would say, by a description."""
        return self.owner if self.sign in str(description or "") else {}

    def own(self, tags: Mapping[str, str]) -> bool:
        """Whether tags say that a resource is this learner's."""
        return all(tags.get(key) == value for key, value in self.owner.items())

    def names_in(self, account: str = "") -> Names:
        """The names that this learner's resources have in an account."""
        return Names(self.prefix, self.role_path, account)

    def put_on(
        self,
        register: Callable[..., Any],
        account: str,
        unmarked: Callable[[str], Any],
        refuse: Callable[[Mapping[str, Any], Any], None],
        bound: Callable[[], str] | None = None,
    ) -> None:
        """Mark what a client, or the clients of a botocore session, make from now on.

        `unmarked` gives a client of a service that changes no request; `refuse` sees each call
        with its names, and raises for one that may not be made. `bound` gives the ARN of the
        permissions boundary that roles get, if they get one.
        """
        names = self.names_in(account)

        def mark(params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
            nothing = absent_in(params)
            if nothing is not None:
                raise NotHere(repr(nothing))
            asked = asked_tables(params)
            rename(params, model, names)
            keep(asked, params, context)
            self._put_path(params, model.name)
            self._put_tags(params, model)
            self._put_sign(params, model)
            refuse(params, model)
            if bound is not None and model.name == "CreateRole":
                _put_boundary(params, bound())
            if model.name == "CreateBucket":
                context[_BUCKET] = params.get("Bucket")

        def tag_bucket(http_response: Any, context: dict[str, Any], **_: Any) -> None:
            # a server that knows no tags of a new bucket takes no notice of them
            if http_response.status_code < 300 and context.get(_BUCKET):
                self._tag_bucket(unmarked("s3"), context[_BUCKET])

        register("before-parameter-build", mark)
        OwnView(names, unmarked).put_on(register)
        register("after-call.s3.CreateBucket", tag_bucket)
        for batch in BATCHES:
            register(f"after-call.dynamodb.{batch}", name_as_asked)

    def _tag_bucket(self, s3: Any, bucket: str) -> None:
        from botocore.exceptions import ClientError

        tags = [{"Key": key, "Value": value} for key, value in self.tags.items()]
        try:
            s3.get_bucket_tagging(Bucket=bucket)
        except ClientError as error:
            # where a bucket can have none, its name tells whose it is
            if not lacks(error):
                s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})

    def _put_path(self, params: dict[str, Any], operation: str) -> None:
        """Roles and policies are found by their path, so one of the caller's lies below ours."""
        if operation in ("CreateRole", "CreatePolicy"):
            given = str(params.get("Path", "/"))
            if not given.startswith(self.role_path):
                params["Path"] = self.role_path + given.lstrip("/")

    def _put_sign(self, params: dict[str, Any], model: Any) -> None:
        longest = _SIGNED.get((model.service_model.service_name, model.name))
        if longest is None or self.sign in str(params.get("Description", "")):
            return
        if model.name == "UpdateArchive" and "Description" not in params:
            return  # it keeps the one that it has
        told = str(params.get("Description", ""))[: longest - len(self.sign) - 1]
        params["Description"] = f"{told} {self.sign}".lstrip()

    def _put_tags(self, params: dict[str, Any], model: Any) -> None:
        if not model.name.startswith("Create") and model.name not in _MAKERS:
            return
        members = model.input_shape.members if model.input_shape else {}
        tags = self.owner if model.name in _SAME_AGAIN else self.tags
        for member in ("Tags", "tags"):
            if member in members:
                params[member] = _merged(params.get(member), tags, members[member])
        if model.name == "CreateBucket":
            place = members["CreateBucketConfiguration"]
            given = dict(params.get("CreateBucketConfiguration") or {})
            given["Tags"] = _merged(given.get("Tags"), tags, place.members["Tags"])
            params["CreateBucketConfiguration"] = given


def _put_boundary(params: dict[str, Any], arn: str) -> None:
    """A role has one boundary; ours takes the place of another."""
    if arn:
        params["PermissionsBoundary"] = arn


def _merged(given: Any, tags: dict[str, str], shape: Any) -> Any:
    """The caller's tags and ours in the form that the operation takes."""
    if shape.type_name == "map":
        return {**(given or {}), **tags}
    key, value = ("Key", "Value") if "Key" in shape.member.members else ("key", "value")
    kept = [each for each in given or () if each.get(key) not in tags]
    return [*kept, *({key: name, value: text} for name, text in tags.items())]
