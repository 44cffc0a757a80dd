"""A wrapper script starts the runtime of a function, and may change how.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper
"""

from __future__ import annotations

import io
import sys
import zipfile
from typing import Any

import pytest

from tests.cloud.functions_support import Lambda

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a wrapper is a shell script")

EXECUTABLE = 0o755 << 16
TELLS = """
import os, sys

def handler(event, context):
    return {"rate": os.environ.get("RATE"), "options": sorted(sys._xoptions)}

def other(event, context):
    return "the other handler"
"""


@pytest.fixture(scope="module")
def functions(cloud: Any) -> Lambda:
    return Lambda(cloud)


def layer_of(script: str, mode: int = EXECUTABLE, **files: str) -> bytes:
    """A layer with `/opt/wrapper`, and Python files under `/opt/more`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("wrapper")
        entry.external_attr = mode
        archive.writestr(entry, script)
        for name, content in files.items():
            archive.writestr(f"more/{name}.py", content)
    return buffer.getvalue()


def wrapped(functions: Lambda, layer: bytes, named: str = "/opt/wrapper") -> str:
    published = functions.client.publish_layer_version(
        LayerName="wrapper", Content={"ZipFile": layer}
    )
    return functions.make(
        TELLS,
        Layers=[published["LayerVersionArn"]],
        Environment={"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": named}},
        Timeout=15,
    )


def test_a_wrapper_sets_variables(functions: Lambda) -> None:
    name = wrapped(functions, layer_of('#!/bin/bash\nexport RATE=0.19\nexec "$@"\n'))
    assert functions.invoke(name).value["rate"] == "0.19"


def test_a_wrapper_gives_python_more_options(functions: Lambda) -> None:
    script = '#!/bin/bash\nargs=("$@")\nexec "${args[@]:0:$#-1}" -X dev "${args[@]: -1}"\n'
    assert "dev" in functions.invoke(wrapped(functions, layer_of(script))).value["options"]


def test_a_wrapper_names_another_handler(functions: Lambda) -> None:
    name = wrapped(functions, layer_of('#!/bin/sh\nexport _HANDLER=app.other\nexec "$@"\n'))
    assert functions.invoke(name).value == "the other handler"


def test_a_wrapper_may_start_the_runtime_as_its_child(functions: Lambda) -> None:
    name = wrapped(functions, layer_of('#!/bin/sh\nexport RATE=0.07\n"$@"\n'))
    assert functions.invoke(name).value["rate"] == "0.07"


def test_a_sitecustomize_that_a_wrapper_names_is_imported(functions: Lambda) -> None:
    script = '#!/bin/sh\nexport PYTHONPATH=$(dirname "$0")/more\nexec "$@"\n'
    layer = layer_of(script, sitecustomize='import os\nos.environ["RATE"] = "0.05"\n')
    assert functions.invoke(wrapped(functions, layer)).value["rate"] == "0.05"


@pytest.mark.parametrize(
    ("named", "mode", "line", "status"),
    [
        ("/opt/nowhere", EXECUTABLE, "/opt/nowhere: does not exist", 127),
        ("/opt/wrapper", 0o644 << 16, "/opt/wrapper: is not an executable", 126),
    ],
)
def test_a_wrapper_that_cannot_be_run_is_said_in_the_log(
    functions: Lambda, named: str, mode: int, line: str, status: int
) -> None:
    name = wrapped(functions, layer_of('#!/bin/sh\nexec "$@"\n', mode), named)
    answer = functions.invoke(name, LogType="Tail")
    assert answer.value["errorType"] == "Runtime.ExitError"
    assert answer.value["errorMessage"].endswith(
        f"Error: Runtime exited with error: exit status {status}"
    )
    assert line in answer.log


def test_the_runtimes_packages_have_their_metadata(functions: Lambda) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html"""
    name = functions.make(
        """
        import importlib.metadata
        def handler(event, context):
            found = {each.name for each in importlib.metadata.distributions()}
            return [importlib.metadata.version("boto3"), "botocore" in found, "pytest" in found]
        """
    )
    version, has_botocore, has_pytest = functions.invoke(name).value
    assert version.startswith("1.")
    assert (has_botocore, has_pytest) == (True, False)
