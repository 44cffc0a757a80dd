"""What Invoke answers when something goes wrong in the code, one error at a time.

https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from tests.cloud.functions_support import Answer, Lambda, zip_of


@pytest.fixture(scope="module")
def functions(cloud: Any) -> Lambda:
    return Lambda(cloud)


@pytest.fixture(scope="module", autouse=True)
def slow_init(functions: Lambda) -> Iterator[Future[Answer]]:
    """An Init of more than ten seconds takes these: it goes on beside the other tests."""
    name = functions.make(
        "import time\ntime.sleep(60)\ndef handler(event, context): return 'never'", Timeout=1
    )
    with ThreadPoolExecutor(1) as threads:
        yield threads.submit(functions.invoke, name, LogType="Tail")


def test_an_exception_has_type_message_request_id_and_the_codes_own_lines(
    functions: Lambda,
) -> None:
    name = functions.make(
        """
        def inner(event):
            raise KeyError("orderId")

        def handler(event, context):
            inner(event)
        """
    )
    answer = functions.invoke(name)
    assert answer.raw["StatusCode"] == 200
    assert answer.error == "Unhandled"
    assert answer.value["errorType"] == "KeyError"
    assert answer.value["errorMessage"] == "'orderId'"
    assert answer.value["requestId"] == answer.raw["ResponseMetadata"]["RequestId"]
    assert [line.split(",")[0].strip() for line in answer.value["stackTrace"]] == [
        'File "/var/task/app.py"',
        'File "/var/task/app.py"',
    ]
    assert "in inner" in answer.value["stackTrace"][1]


def test_a_handler_that_is_not_there(functions: Lambda) -> None:
    name = functions.make("def other(event, context): pass")
    answer = functions.invoke(name, LogType="Tail")
    assert answer.error == "Unhandled"
    assert answer.value["errorType"] == "Runtime.HandlerNotFound"
    assert answer.value["errorMessage"] == "Handler 'handler' missing on module 'app'"
    assert "[ERROR] Runtime.HandlerNotFound" in answer.log


def test_a_module_that_is_not_there(functions: Lambda) -> None:
    name = functions.make("def handler(event, context): pass", Handler="main.handler")
    answer = functions.invoke(name)
    assert answer.value["errorType"] == "Runtime.ImportModuleError"
    assert answer.value["errorMessage"] == "Unable to import module 'main': No module named 'main'"


def test_a_package_that_aws_does_not_have_cannot_be_imported(functions: Lambda) -> None:
    """pytest is installed beside the cloud, but it would not be on AWS."""
    name = functions.make("import pytest\ndef handler(event, context): pass")
    answer = functions.invoke(name)
    assert answer.value["errorType"] == "Runtime.ImportModuleError"
    assert answer.value["errorMessage"] == "Unable to import module 'app': No module named 'pytest'"


def test_a_handler_setting_without_a_dot(functions: Lambda) -> None:
    name = functions.make("def handler(event, context): pass", Handler="handler")
    assert functions.invoke(name).value["errorType"] == "Runtime.MalformedHandlerName"


def test_a_syntax_error(functions: Lambda) -> None:
    name = functions.make("def handler(event, context)\n    pass")
    answer = functions.invoke(name)
    assert answer.value["errorType"] == "Runtime.UserCodeSyntaxError"
    assert answer.value["errorMessage"].startswith("Syntax error in module 'app': ")


def test_a_result_that_is_no_json(functions: Lambda) -> None:
    name = functions.make("def handler(event, context): return {1, 2}")
    answer = functions.invoke(name)
    assert answer.value["errorType"] == "Runtime.MarshalError"
    assert "Object of type set is not JSON serializable" in answer.value["errorMessage"]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("sys.exit(3)", "Runtime exited with error: exit status 3"),
        ("os._exit(0)", "Runtime exited without providing a reason"),
        ("os.kill(os.getpid(), 9)", "Runtime exited with error: signal: killed"),
    ],
)
def test_a_process_that_ends_instead_of_answering(functions: Lambda, how: str, words: str) -> None:
    name = functions.make(f"import os, sys\ndef handler(event, context): {how}")
    answer = functions.invoke(name, LogType="Tail")
    request_id = answer.raw["ResponseMetadata"]["RequestId"]
    assert answer.error == "Unhandled"
    assert answer.value == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {request_id} Error: {words}",
    }
    assert "Status: error\tError Type: Runtime.ExitError" in answer.log


def test_a_timeout_ends_the_invocation_and_says_so_in_answer_and_log(functions: Lambda) -> None:
    name = functions.make(
        "import time\ndef handler(event, context):\n    print('begins')\n    time.sleep(30)",
        Timeout=1,
    )
    answer = functions.invoke(name, LogType="Tail")
    request_id = answer.raw["ResponseMetadata"]["RequestId"]
    assert answer.value == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {request_id} Error: Task timed out after 1.00 seconds",
    }
    lines = answer.log.splitlines()
    assert "begins" in lines
    timed_out = rf"\d{{4}}-\d\d-\d\dT[\d:.]+Z {request_id} Task timed out after 1.00 seconds"
    assert any(re.fullmatch(timed_out, line) for line in lines)
    report = next(line for line in lines if line.startswith("REPORT"))
    duration = float(re.search(r"Duration: ([\d.]+) ms", report)[1])  # type: ignore[index]
    assert 1000 <= duration < 1900
    assert "Status: timeout" in report


def test_more_memory_than_configured_ends_the_process(functions: Lambda) -> None:
    name = functions.make(
        """
        def handler(event, context):
            kept = []
            for _ in range(100):
                kept.append(bytearray(8 * 1024 * 1024))
            return len(kept)
        """,
        MemorySize=128,
        Timeout=10,
    )
    answer = functions.invoke(name, LogType="Tail")
    assert answer.error == "Unhandled"
    assert answer.value["errorType"] == "Runtime.OutOfMemory"
    assert "Runtime exited with error: signal: killed" in answer.value["errorMessage"]
    assert "Max Memory Used: 128 MB" in answer.log


def test_the_same_memory_is_no_problem_with_enough_configured(functions: Lambda) -> None:
    name = functions.make(
        "def handler(event, context): return len(bytearray(300 * 1024 * 1024))",
        MemorySize=512,
        Timeout=10,
    )
    assert functions.invoke(name).value == 300 * 1024 * 1024


def test_a_result_over_six_megabytes(functions: Lambda) -> None:
    name = functions.make("def handler(event, context): return 'x' * 6291600", MemorySize=512)
    answer = functions.invoke(name)
    assert answer.error == "Unhandled"
    assert answer.value["errorType"] == "Function.ResponseSizeTooLarge"


def test_after_a_crash_the_environment_keeps_its_tmp_but_not_its_memory(
    functions: Lambda,
) -> None:
    name = functions.make(
        """
        import os, sys, tempfile
        from pathlib import Path
        kept = Path(tempfile.gettempdir()) / "kept"
        seen = []

        def handler(event, context):
            if event.get("crash"):
                kept.write_text("from before")
                seen.append(1)
                sys.exit(1)
            return {"file": kept.read_text() if kept.exists() else None, "seen": seen}
        """
    )
    functions.invoke(name)
    stream = functions.environments(name)[0]["log_stream"]
    assert functions.invoke(name, {"crash": True}).error == "Unhandled"
    answer = functions.invoke(name, LogType="Tail")
    assert answer.value == {"file": "from before", "seen": []}
    # the new process started inside the invocation: no Init Duration is reported
    assert "Init Duration" not in answer.log
    assert functions.environments(name)[0]["log_stream"] == stream


def test_a_broken_file_beside_the_handler_does_no_harm(functions: Lambda) -> None:
    name = functions.make("def handler(event, context): return 'ok'", files={"bad__py": "def ("})
    assert functions.invoke(name).value == "ok"


def test_an_exception_at_import_is_reported_with_its_own_type(functions: Lambda) -> None:
    name = functions.make("raise RuntimeError('no table name')\ndef handler(e, c): pass")
    answer = functions.invoke(name)
    assert answer.value["errorType"] == "RuntimeError"
    assert answer.value["errorMessage"] == "no table name"


def test_the_function_works_again_once_its_code_is_mended(functions: Lambda) -> None:
    name = functions.make("import missing_module")
    assert functions.invoke(name).error == "Unhandled"
    code = zip_of("def handler(event, context): return 'mended'")
    functions.client.update_function_code(FunctionName=name, ZipFile=code)
    assert functions.invoke(name).value == "mended"


def test_init_that_takes_too_long_is_run_again_under_the_functions_timeout(
    slow_init: Future[Answer],
) -> None:
    answer = slow_init.result(60)
    assert answer.value["errorType"] == "Sandbox.Timedout"
    assert "Phase: init\tStatus: timeout" in answer.log
    assert "Phase: invoke\tStatus: timeout" in answer.log
