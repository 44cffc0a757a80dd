"""Servers of others as a target: what they lack is said in one sentence, and the cell goes on."""

from __future__ import annotations

import ast
import math
import socket
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from orderlab.aws_target.absent import Absent
from orderlab.aws_target.base import (
    FAULTS,
    METER,
    OF_THE_LOCAL_CLOUD,
    RECORDER,
    NotHere,
    need,
    not_here,
    page_needs,
)
from orderlab.aws_target.calls import in_one_sentence
from orderlab.aws_target.choose import chosen
from orderlab.aws_target.endpoint import EndpointTarget
from orderlab.aws_target.lacking import lacks, not_done
from orderlab.errors import CloudGone, LearnerError

ROOT = Path(__file__).parents[3]
HERE = "http://127.0.0.1:9"


def test_what_is_asked_for_wins_over_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ORDERLAB_TARGET", raising=False)
    assert chosen() == "local"
    monkeypatch.setenv("ORDERLAB_TARGET", "http://127.0.0.1:5000/")
    assert chosen() == "http://127.0.0.1:5000"
    assert chosen("local") == "local"
    with pytest.raises(LearnerError, match="no target 'moto'"):
        chosen("moto")


@pytest.mark.parametrize("url", ["http://192.0.2.1:4566", "http://example.com", "ftp://127.0.0.1"])
def test_only_servers_on_this_machine_are_endpoints(url: str) -> None:
    with pytest.raises(LearnerError, match="no address of this machine"):
        EndpointTarget.attach(url)


def test_an_address_where_nobody_listens_says_so() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(CloudGone, match="Nobody listens"):
            EndpointTarget.attach(f"http://127.0.0.1:{nobody.getsockname()[1]}")


def test_each_page_belongs_to_a_named_capability() -> None:
    target = EndpointTarget(HERE)
    assert not target.can & OF_THE_LOCAL_CLOUD
    for path, words in (
        ("recorder/trace?id=1", "flight recorder"),
        ("meter", "meter"),
        ("queues/servers", "servers can be chosen"),
        ("queues", "look into queues"),
        ("clock/stop", "clock"),
    ):
        with pytest.raises(NotHere, match=words) as caught:
            target.page(path)
        assert HERE in str(caught.value)
        assert str(caught.value).count(".") == HERE.count(".") + 1
    assert target.page("health") == {"speed": 1.0}
    assert page_needs("faults?label=x") == FAULTS


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(NotHere, match=r"faults .* and the flight recorder"):
        need(EndpointTarget(HERE), FAULTS, RECORDER)


@in_one_sentence(needs_no_cloud=())
class Words:
    """A lab's words, on a target without abilities."""

    target = EndpointTarget(HERE)

    def broken(self) -> object:
        need(self.target, FAULTS)
        return 1

    @property
    def cost(self) -> object:
        return self.target.page("meter")


def test_a_word_that_needs_more_says_so_and_the_cell_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = Words().broken()
    assert isinstance(found, Absent)
    assert capsys.readouterr().out.count("\n") == 1
    with found.fail("shipping") as fault:
        assert not fault.active()
    assert [each for each in found] == []
    assert math.isnan(float(found["p95"] * 1000 + 1))
    assert f"{found.p95:.1f} s" == "(not here) s"
    assert not found.count > 3
    assert "left out here" in repr(Words().cost)


def test_a_sentence_in_html_is_text() -> None:
    assert "&lt;b&gt;" in Absent("<b>")._repr_html_()


def test_the_sentence_names_what_is_missing() -> None:
    sentence = str(not_here(EndpointTarget(HERE), METER))
    assert sentence == (
        "This needs a meter of what is used, which orderlab's own local cloud has and the server "
        "at http://127.0.0.1:9 has not; it is left out here."
    )


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [("400", 400, True), ("404", 404, True), ("NotImplemented", 501, True),
     ("AccessDenied", 403, False), ("ResourceNotFoundException", 400, False)],
)  # fmt: skip
def test_a_service_that_a_server_lacks(code: str, status: int, expected: bool) -> None:
    answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    assert lacks(ClientError(answer, "DescribeClusters")) is expected  # type: ignore[arg-type]


def test_a_rest_operation_that_a_server_lacks() -> None:
    answer = {
        "Error": {"Code": "NotFoundException", "Message": "Unknown API Gateway v1 path: /restapis"},
        "ResponseMetadata": {"HTTPStatusCode": 404},
    }
    error = ClientError(answer, "TestInvokeMethod")  # type: ignore[arg-type]
    assert lacks(error)
    assert "does not do TestInvokeMethod" in not_done(error)


def test_something_that_broke_is_no_lack_of_an_operation() -> None:
    answer = {"Error": {"Code": "InternalFailure"}, "ResponseMetadata": {"HTTPStatusCode": 500}}
    assert not_done(ClientError(answer, "Query")) == ""  # type: ignore[arg-type]


def questions(path: Path) -> list[int]:
    """The lines of a module that ask which kind of target it is on."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) in ("isinstance", "type", "issubclass")
            and any("Target" in ast.unparse(each) for each in node.args)
        )
        or (
            isinstance(node, ast.Compare)
            and any(isinstance(each, ast.Constant) for each in (node.left, *node.comparators))
            and any(word in ast.unparse(node) for word in ("target.endpoint", "target.place"))
        )
        or (isinstance(node, ast.Attribute) and ast.unparse(node).endswith("endpoint.startswith"))
    ]


def test_nothing_above_asks_which_target_it_is_on() -> None:
    spared = ("orderlab/aws_target/", "orderlab/cloud/")
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / "orderlab").rglob("*.py"))
        if not path.relative_to(ROOT).as_posix().startswith(spared)
        for line in questions(path)
    ]
    assert found == []
