"""What is put off at the start must still be there when it is needed, and not before."""

from __future__ import annotations

import subprocess
import sys

_STARTED = (
    "import sys; from orderlab.cloud import moto_backends; moto_backends.prepare_environment();"
    "import orderlab.cloud.compose;"
)


def _python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


def test_a_cloud_starts_without_what_it_may_never_need() -> None:
    slow = (
        "{'pydantic', 'matplotlib', 'jsonschema', 'openapi_spec_validator.shortcuts',"
        "'cryptography', 'moto.iam.aws_managed_policies'}"
    )
    assert _python(f"{_STARTED} print({slow} & set(sys.modules))") == "set()"


def test_certificates_and_policies_are_there_when_asked() -> None:
    code = (
        f"{_STARTED} import moto.iam.models as iam, moto.sns.models as sns\n"
        # a second cloud in the same process
        "moto_backends.prepare_environment()\n"
        "from moto.iam.aws_managed_policies import aws_managed_policies_data as policies\n"
        "name = sns.Name([sns.NameAttribute(sns.NameOID.COMMON_NAME, 'sns.amazonaws.com')])\n"
        "print('AdministratorAccess' in policies, iam.x509.load_pem_x509_certificate.__name__,"
        "      name.rfc4514_string(), sns.hashes.SHA256().name, sns.cryptography.x509.__name__)"
    )
    assert _python(code) == (
        "True load_pem_x509_certificate CN=sns.amazonaws.com sha256 cryptography.x509"
    )


def test_the_validator_of_documents_is_there_when_asked() -> None:
    code = (
        f"{_STARTED} import openapi_spec_validator as v; from orderlab.cloud import slow_imports\n"
        "v.validate({'openapi': '3.0.0', 'info': {'title': 'a', 'version': '1'}, 'paths': {}})\n"
        "try: v.validate({'openapi': '3.0.0'})\n"
        "except Exception as error: print(type(error).__name__)"
    )
    assert _python(code) in ("InvalidDocument", "OpenAPIValidationError")
