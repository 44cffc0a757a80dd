"""What we rely on inside moto. A moto release that breaks one of these breaks it here first."""

from __future__ import annotations

import gc
import inspect
import json
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from orderlab.cloud import moto_backends
from orderlab.cloud.contracts import Principal
from orderlab.cloud.iam.identities import Identities
from orderlab.cloud.iam.managed_policies import described, managed_policy, paths

ACCOUNT = "123456789012"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
        ],
    }
)


@pytest.fixture(scope="module")
def iam() -> Iterator[Any]:
    """moto's IAM with our class in its place, as `PermissionService.start` puts it there."""
    from moto.backends import get_backend

    from orderlab.cloud.iam.moto_seam import IdentityState

    moto_backends.prepare_environment()
    before = get_backend("iam").backend
    get_backend("iam").reset()
    moto_backends.replace_backend("iam", IdentityState)
    yield moto_backends.backend("iam", ACCOUNT, "aws")
    get_backend("iam").reset()
    get_backend("iam").backend = before


def role(iam: Any, name: str) -> Any:
    return iam.create_role(
        name, TRUST, path="/", permissions_boundary=None, description="", tags=[],
        max_session_duration="3600",
    )  # fmt: skip


def document(action: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_the_registry_makes_our_backend_and_keeps_it(iam: Any) -> None:
    assert type(iam).__name__ == "IdentityState"
    assert moto_backends.backend("iam", ACCOUNT, "aws") is iam


def test_a_subclass_of_ours_keeps_motos_routes() -> None:
    import moto.iam.urls
    import moto.logs.urls

    from orderlab.cloud.iam.moto_seam import IdentityState
    from orderlab.cloud.logs.moto_seam import LogState

    assert IdentityState._url_module is moto.iam.urls
    assert LogState._url_module is moto.logs.urls


def test_roles_hold_their_policies_where_we_read_them(iam: Any) -> None:
    made = role(iam, "seam-role")
    iam.put_role_policy("seam-role", "inline", document("a:Inline"))
    iam.attach_role_policy("arn:aws:iam::aws:policy/AdministratorAccess", "seam-role")
    assert made.arn == f"arn:aws:iam::{ACCOUNT}:role/seam-role"
    assert json.loads(made.assume_role_policy_document) == json.loads(TRUST)
    identities = Identities(ACCOUNT)
    principal = Principal("role", "session", ACCOUNT, "seam-role")
    assert len(identities.documents(principal)) == 2
    assert identities.role_of_arn(made.arn) is made


def test_users_hold_keys_and_groups_where_we_read_them(iam: Any) -> None:
    user = iam.create_user("us-east-1", "seam-user")
    iam.create_group("seam-group")
    iam.put_group_policy("seam-group", "g", document("a:Group"))
    iam.put_user_policy("seam-user", "u", document("a:User"))
    iam.add_user_to_group("seam-group", "seam-user")
    key = iam.create_access_key("seam-user")
    identities = Identities(ACCOUNT)
    found = identities.user_credentials(key.access_key_id)
    assert found is not None
    assert found.secret_access_key == key.secret_access_key
    assert found.principal.arn == user.arn
    assert len(identities.documents(found.principal)) == 2
    iam.update_access_key("seam-user", key.access_key_id, "Inactive")
    assert identities.user_credentials(key.access_key_id) is None


def test_methods_that_we_override_have_the_parameters_that_we_pass_on() -> None:
    from moto.iam.models import IAMBackend
    from moto.logs.models import LogsBackend

    from orderlab.cloud.iam.moto_seam import IdentityState
    from orderlab.cloud.logs.moto_seam import LogState

    for ours, theirs in ((IdentityState, IAMBackend), (LogState, LogsBackend)):
        for name, method in vars(ours).items():
            base = getattr(theirs, name, None)
            if name.startswith("_") or not inspect.isfunction(method) or base is None:
                continue
            own = list(inspect.signature(method).parameters)
            named = [p for p in own if p not in ("args", "kwargs")]
            assert list(inspect.signature(base).parameters)[: len(named)] == named, name


def test_every_managed_policy_is_found_in_the_text_as_in_the_whole() -> None:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    everything = json.loads(aws_managed_policies_data)
    assert len(everything) > 1000
    assert {name: each.get("Path", "/") for name, each in everything.items()} == paths()
    assert all(described(name) == each for name, each in everything.items())
    for name in ("AdministratorAccess", "AWSLambdaBasicExecutionRole", "AmazonSQSFullAccess"):
        path = everything[name].get("Path", "/").strip("/")
        arn = "arn:aws:iam::aws:policy/" + (f"{path}/{name}" if path else name)
        assert managed_policy(arn) == (name, everything[name])


def test_what_is_deleted_is_let_go_of(iam: Any) -> None:
    """moto lists every object that it ever made, for resets that nobody asks for here."""
    from moto.core.model_instances import model_data

    def tracked() -> int:
        kinds = [kind for models in model_data.values() for kind in models.values()]
        assert len(kinds) > 50
        return sum(len(kind.instances_tracked) for kind in kinds)

    # what was made before the environment was prepared, by another test of this process
    before = tracked()
    role(iam, "seam-let-go")
    gone = weakref.ref(iam.get_role("seam-let-go"))
    iam.delete_role("seam-let-go")
    gc.collect()
    assert gone() is None
    iam.list_policies(None, 1000, False, "/", "AWS")
    assert tracked() == before


def test_motos_errors_carry_code_and_message() -> None:
    from moto.iam.exceptions import MalformedPolicyDocument, NotFoundException

    assert (NotFoundException.code, MalformedPolicyDocument.code) == (
        "NoSuchEntity",
        "MalformedPolicyDocument",
    )
    assert MalformedPolicyDocument("text").message == "text"


def test_errors_inside_moto_come_out_of_it_as_they_are() -> None:
    from moto.moto_server.werkzeug_app import create_backend_app

    app = create_backend_app("iam")
    app.config["PROPAGATE_EXCEPTIONS"] = True

    def fail() -> str:
        raise RuntimeError("out")

    app.add_url_rule("/seam-failure", view_func=fail)
    with pytest.raises(RuntimeError, match="out"):
        app.test_client().get("/seam-failure")
