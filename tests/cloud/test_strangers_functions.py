"""Handlers as somebody writes them who learnt Lambda on AWS: AWS's folders by their names."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orderlab.cloud.lambda_.runtime import places
from tests.cloud.functions_support import Lambda, zip_of

_PROBE = "import sys; sys.path.insert(0, sys.argv[1]); import places; places.own_namespace()"


def granted() -> bool:
    """Whether this system lets a process have its own view of the file system."""
    if not sys.platform.startswith("linux"):
        return False
    folder = str(Path(places.__file__).parent)
    tried = subprocess.run([sys.executable, "-c", _PROBE, folder], capture_output=True, check=False)
    return tried.returncode == 0


@pytest.fixture(scope="module")
def functions(cloud: Any) -> Lambda:
    return Lambda(cloud)


def layer_of(functions: Lambda, name: str, **files: str) -> str:
    made = functions.client.publish_layer_version(
        LayerName=name, Content={"ZipFile": zip_of("", **files)}
    )
    arn: str = made["LayerVersionArn"]
    return arn


if granted():

    @pytest.mark.parametrize("with_libraries", [False, True])
    def test_a_layers_files_are_in_opt_and_the_code_in_var_task(
        functions: Lambda, with_libraries: bool
    ) -> None:
        files = {
            "data___rates__json": '{"eur": 2}',
            "python___rates__py": "EUR = 3",
            "bin___x": "1",
        }
        if with_libraries:
            files["lib___libthing__so"] = ""
        name = functions.make(
            """
            import json, os, sys
            from pathlib import Path
            import rates, boto3
            def handler(event, context):
                with open("/opt/data/rates.json") as file:
                    eur = json.load(file)["eur"]
                return {"sum": eur + rates.EUR, "cwd": os.getcwd(), "file": __file__,
                        "template": Path("/var/task/views/page.txt").read_text(),
                        "opt": sorted(os.listdir("/opt")), "root": os.environ["LAMBDA_TASK_ROOT"],
                        "boto3": boto3.__file__, "python": os.path.exists(sys.executable),
                        "libraries": os.environ.get("LD_LIBRARY_PATH", "").endswith("/opt/lib")}
            """,
            files={"views___page__txt": "<p>"},
            Layers=[layer_of(functions, f"strangers-data-{with_libraries}", **files)],
            MemorySize=1769,
        )
        assert functions.invoke(name).value == {
            "sum": 5,
            "cwd": "/var/task",
            "file": "/var/task/app.py",
            "template": "<p>",
            "opt": sorted({file.partition("___")[0] for file in files}),
            "root": "/var/task",
            "boto3": "/var/runtime/boto3/__init__.py",
            "python": True,
            "libraries": with_libraries,
        }

    def test_tmp_is_kept_between_events_and_shared_with_nobody(functions: Lambda) -> None:
        code = """
            import os, sqlite3
            def handler(event, context):
                found = sorted(os.listdir("/tmp"))
                sqlite3.connect("/tmp/cache.db").execute("create table if not exists t(a)")
                with open("/tmp/seen.txt", "a") as file:
                    file.write("x")
                return [found, os.path.getsize("/tmp/seen.txt")]
            """
        first, second = functions.make(code), functions.make(code)
        assert functions.invoke(first).value == [[], 1]
        assert functions.invoke(first).value == [["cache.db", "seen.txt"], 2]
        assert functions.invoke(second).value == [[], 1]
        assert not Path("/tmp/seen.txt").exists()

    def test_only_tmp_can_be_written(functions: Lambda) -> None:
        name = functions.make(
            """
            def handler(event, context):
                open(event["path"], "w").write("x")
            """,
            Layers=[layer_of(functions, "strangers-read-only", data__txt="x")],
        )
        for path in ("/var/task/app.py", "/var/task/new.txt", "/opt/data.txt"):
            error = functions.invoke(name, {"path": path}).value
            assert error["errorType"] == "OSError"
            assert error["errorMessage"] == f"[Errno 30] Read-only file system: '{path}'"
        assert functions.invoke(name, {"path": "/tmp/new.txt"}).error is None


@pytest.mark.parametrize(
    "variables", [{"ORDERLAB_PLACES": "elsewhere"}, {"ORDERLAB_START": "spawn"}], ids=str
)
def test_where_the_system_grants_no_view_of_its_own_a_function_runs_all_the_same(
    own_cloud: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with own_cloud() as cloud:
        functions = Lambda(cloud)
        name = functions.make(
            """
            import os, rates
            def handler(event, context):
                with open("rates.txt") as file:
                    return [rates.EUR, file.read(), os.getcwd() == os.environ["LAMBDA_TASK_ROOT"]]
            """,
            files={"rates__txt": "here"},
            Layers=[layer_of(functions, "strangers-elsewhere", python___rates__py="EUR = 3")],
        )
        assert functions.invoke(name).value == [3, "here", True]
