"""The runtime client in plain Python gives what AWS's own client gives.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.cloud.functions_support import Lambda

CODES = {
    "result": "def handler(event, context): return {'got': event, 'name': context.function_name}",
    "decimals": "from decimal import Decimal as D\ndef handler(e, c): return [D('1.10'), D('2')]",
    "letters": "def handler(event, context): return 'Zoë'",
    "raises": "def inner(): raise KeyError('x')\ndef handler(event, context):\n    inner()\n",
    "exits": "import sys\ndef handler(event, context): sys.exit(4)",
    "no handler": "def other(event, context): pass",
    "no module": "import nowhere\n",
    "bad syntax": "def handler(event, context)\n    pass",
    "no json": "def handler(event, context): return object",
    "bad import": "raise ValueError('at import')",
    "logs": (
        "import logging\nlog = logging.getLogger()\nlog.setLevel('INFO')\n"
        "def handler(event, context):\n"
        "    print('printed')\n    log.info('one %s', 'two')\n    log.debug('not shown')\n"
    ),
}


def same(text: str) -> str:
    """Without what differs from one invocation to the next."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", text)
    text = re.sub(r"function-\d+", "NAME", text)
    text = re.sub(r"object at 0x[0-9a-f]+", "object", text)
    return re.sub(r"[\d.]+ (ms|MB)", r"N \1", text)


@pytest.fixture(scope="module")
def both(cloud: Any, own_cloud: Any) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ORDERLAB_RUNTIME_CLIENT", "own")
        with own_cloud() as other:
            yield Lambda(cloud), Lambda(other)


@pytest.mark.parametrize("case", CODES)
@pytest.mark.parametrize("log_format", ["Text", "JSON"])
def test_answers_and_logs_are_the_same(both: Any, case: str, log_format: str) -> None:
    found = []
    for functions in both:
        name = functions.make(CODES[case], LoggingConfig={"LogFormat": log_format})
        answer = functions.invoke(name, {"a": [1, None]}, LogType="Tail")
        found.append((answer.error, same(answer.body.decode()), _lines(answer.log, log_format)))
    assert found[0] == found[1]


def _lines(log: str, log_format: str) -> list[str]:
    if log_format == "Text":
        return [line for line in same(log).splitlines() if "LAMBDA_WARNING" not in line]
    # the numbers in platform records differ; what the code wrote is compared
    left_out = ('"platform.', "LAMBDA_WARNING", "runtimes-update.html")
    lines = [line for line in log.splitlines() if not any(word in line for word in left_out)]
    return [same(line) for line in lines]
