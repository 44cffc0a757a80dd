"""Execution environments: what the code finds there, reuse, concurrency, retirement.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.functions_support import Lambda, eventually, zip_of

COUNTING = """
import time
count = 0
def handler(event, context):
    global count
    count += 1
    time.sleep(event.get("seconds", 0))
    return [count, context.log_stream_name]
"""


@pytest.fixture(scope="module")
def functions(cloud: Any) -> Lambda:
    return Lambda(cloud)


def test_the_variables_are_those_of_aws_and_none_of_the_users_own(functions: Lambda) -> None:
    os.environ["SECRET_OF_THE_USER"] = "must not be seen"
    name = functions.make(
        "import os\ndef handler(event, context): return dict(os.environ)",
        Environment={"Variables": {"TABLE": "orders", "TZ": "Europe/Berlin"}},
        MemorySize=256,
    )
    found = functions.invoke(name).value
    expected = {
        "_HANDLER": "app.handler",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_EC2_METADATA_DISABLED": "true",
        "TABLE": "orders",
        "TZ": "Europe/Berlin",
    }
    assert {key: found.get(key) for key in expected} == expected
    assert found["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert found["AWS_SESSION_TOKEN"]
    assert found["_X_AMZN_TRACE_ID"].startswith("Root=1-")
    assert "SECRET_OF_THE_USER" not in found
    assert found["HOME"] != os.environ.get("HOME")


def test_the_context_knows_the_invocation(functions: Lambda) -> None:
    name = functions.make(
        """
        def handler(event, context):
            return {
                "id": context.aws_request_id,
                "arn": context.invoked_function_arn,
                "name": context.function_name,
                "memory": int(context.memory_limit_in_mb),
                "left": context.get_remaining_time_in_millis(),
                "custom": context.client_context.custom if context.client_context else None,
            }
        """,
        Timeout=5,
    )
    import base64

    sent = base64.b64encode(b'{"custom": {"shop": "42"}}').decode()
    answer = functions.invoke(name, ClientContext=sent)
    assert answer.value["id"] == answer.raw["ResponseMetadata"]["RequestId"]
    assert answer.value["arn"] == f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    assert answer.value["name"] == name
    assert answer.value["memory"] == 128
    assert 3000 < answer.value["left"] <= 5000
    assert answer.value["custom"] == {"shop": "42"}


def test_boto3_points_home_with_the_roles_rights(functions: Lambda) -> None:
    role = functions.role("dynamodb:ListTables")
    name = functions.make(
        """
        import boto3
        def handler(event, context):
            identity = boto3.client("sts").get_caller_identity()["Arn"]
            boto3.client("dynamodb").list_tables()
            try:
                boto3.client("sqs").list_queues()
            except Exception as error:
                return [identity, type(error).__name__, str(error)]
        """,
        Role=role,
        Timeout=30,
        MemorySize=1769,
    )
    answer = functions.invoke(name)
    identity, _, message = answer.value
    assert identity.endswith(f":assumed-role/{role.rpartition('/')[2]}/{name}")
    assert "AccessDenied" in message


def test_the_working_folder_is_the_codes_and_tmp_is_the_environments_own(
    functions: Lambda,
) -> None:
    name = functions.make(
        """
        import os, tempfile
        def handler(event, context):
            with tempfile.NamedTemporaryFile("w", delete=False) as file:
                file.write("kept")
            return [open("rates.json").read(), os.environ["LAMBDA_TASK_ROOT"] == os.getcwd(),
                    tempfile.gettempdir()]
        """,
        files={"rates__json": "{}"},
    )
    rates, is_task_root, folder = functions.invoke(name).value
    assert (rates, is_task_root) == ("{}", True)
    # its true place, where the system grants a process its own view of the file system
    assert folder == "/tmp" or "orderlab-cloud-" in folder


def test_an_environment_is_used_again_while_it_is_warm(functions: Lambda) -> None:
    name = functions.make(COUNTING)
    first, second = functions.invoke(name, LogType="Tail"), functions.invoke(name, LogType="Tail")
    assert (first.value[0], second.value[0]) == (1, 2)
    assert first.value[1] == second.value[1]
    assert "Init Duration" in first.log
    assert "Init Duration" not in second.log


def test_calls_at_the_same_time_get_an_environment_each(functions: Lambda) -> None:
    name = functions.make(COUNTING, Timeout=30)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: functions.invoke(name, {"seconds": 1.5}), range(4)))
    assert [answer.value[0] for answer in answers] == [1, 1, 1, 1]
    assert len({answer.value[1] for answer in answers}) == 4


def test_reserved_concurrency_throttles_with_awss_reason(functions: Lambda) -> None:
    name = functions.make(COUNTING, Timeout=30)
    functions.client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(functions.invoke, name, {"seconds": 2})
        eventually(lambda: [e for e in functions.environments(name) if e["state"] == "busy"])
        with pytest.raises(ClientError) as refused:
            functions.invoke(name)
        assert running.result().error is None
    error: dict[str, Any] = dict(refused.value.response)
    assert error["Error"]["Code"] == "TooManyRequestsException"
    assert error["Error"]["Message"] == "Rate Exceeded."
    assert error["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 429


def test_a_reservation_of_zero_switches_a_function_off_and_deleting_it_on(
    functions: Lambda,
) -> None:
    name = functions.make(COUNTING)
    functions.client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    with pytest.raises(functions.client.exceptions.TooManyRequestsException):
        functions.invoke(name)
    functions.client.delete_function_concurrency(FunctionName=name)
    assert functions.invoke(name).error is None


def test_a_reservation_must_leave_a_hundred_to_the_others(functions: Lambda) -> None:
    name = functions.make(COUNTING)
    with pytest.raises(ClientError, match="below its minimum value of"):
        functions.client.put_function_concurrency(
            FunctionName=name, ReservedConcurrentExecutions=901
        )


def test_an_update_retires_the_environments_of_the_old_code(functions: Lambda) -> None:
    name = functions.make(COUNTING)
    old = functions.invoke(name).value[1]
    code = zip_of(COUNTING.replace("count += 1", "count += 100"))
    functions.client.update_function_code(FunctionName=name, ZipFile=code)
    count, stream = functions.invoke(name).value
    assert (count, stream != old) == (100, True)
    assert [e["log_stream"] for e in functions.environments(name)] == [stream]


def test_an_update_lets_running_work_end(functions: Lambda) -> None:
    name = functions.make(COUNTING, Timeout=30)
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(functions.invoke, name, {"seconds": 1.5})
        eventually(lambda: [e for e in functions.environments(name) if e["state"] == "busy"])
        functions.client.update_function_configuration(FunctionName=name, MemorySize=256)
        assert running.result().error is None
    eventually(lambda: not functions.environments(name))


def test_idle_environments_are_retired_in_the_end(own_cloud: Any) -> None:
    with own_cloud(speed=400) as cloud:
        functions = Lambda(cloud)
        name = functions.make(COUNTING)
        functions.invoke(name)
        assert len(functions.environments(name)) == 1
        eventually(lambda: not functions.environments(name))
        assert functions.invoke(name).value[0] == 1


def test_an_environment_can_be_made_to_die_while_it_works(functions: Lambda) -> None:
    name = functions.make(COUNTING, Timeout=30)
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(functions.invoke, name, {"seconds": 20})
        eventually(lambda: [e for e in functions.environments(name) if e["state"] == "busy"])
        time.sleep(0.1)
        functions.cloud.page(
            "environments", method="DELETE", body={"function": name, "which": "all"}
        )
        answer = running.result()
    assert answer.value["errorType"] == "Runtime.ExitError"
    assert "signal: killed" in answer.value["errorMessage"]
    assert functions.invoke(name).value[0] == 1


@pytest.mark.parametrize("kind", ["error", "poison", "kill"])
def test_an_experiment_lets_a_function_fail(functions: Lambda, kind: str) -> None:
    name = functions.make(COUNTING)
    functions.cloud.page(
        "faults", method="POST", body={"kind": kind, "target": name, "text": "order-7"}
    )
    try:
        assert functions.invoke(name, {"orderId": "order-7"}).error == "Unhandled"
        assert functions.invoke(name, {"orderId": "order-8"}).error is None
    finally:
        functions.cloud.page(f"faults?target={name}", method="DELETE")
    assert functions.invoke(name, {"orderId": "order-7"}).error is None


def test_an_experiment_slows_or_throttles_a_function(functions: Lambda) -> None:
    name = functions.make(COUNTING)
    functions.invoke(name)
    page = functions.cloud.page
    page("faults", method="POST", body={"kind": "slow", "target": name, "seconds": 5})
    began = time.monotonic()
    functions.invoke(name)
    assert time.monotonic() - began > 0.45  # 5 s on a cloud that runs ten times as fast
    page("faults", method="POST", body={"kind": "throttle", "target": name})
    with pytest.raises(functions.client.exceptions.TooManyRequestsException):
        functions.invoke(name)
    page(f"faults?target={name}", method="DELETE")


def test_little_memory_buys_little_processor_time(functions: Lambda) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""
    work = """
    import time
    def handler(event, context):
        began, used = time.monotonic(), time.process_time()
        while event["spin"] and time.process_time() < used + 0.6:
            pass
        time.sleep(event["wait"])
        return (time.process_time() - used) / (time.monotonic() - began)
    """
    waiting = []
    for memory in (512, 1024):
        name = functions.make(work, MemorySize=memory, Timeout=60)
        functions.invoke(name, {"spin": False, "wait": 0})
        # a tenth of a second is not slowed down, of the six that are used; and who looks after the
        # process may come late
        share = functions.invoke(name, {"spin": True, "wait": 0}).value
        assert share < memory / 1769 * 1.5
        answer = functions.invoke(name, {"spin": False, "wait": 0.5}, LogType="Tail")
        waiting.append(float(answer.log.split("Duration: ")[1].split(" ms")[0]))
    # who waits needs no processor: little memory makes no difference
    assert all(500 <= each < 1500 for each in waiting)
