"""What asks for too much work ends with the gateway's error, while everybody else is served.

https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.cloud.bystander import bystander
from tests.cloud.rest_api import RestApi

OK = '{"statusCode": 200}'
LOOP = "#foreach($i in [1..1000])"
LOOP_30 = "#foreach($i in [1..30])"
TWO_LISTS = f"#set($l = [])#set($k = []){LOOP_30}#set($l = [$l, $l])#set($k = [$k, $k])#end"
LONG = '#set($a = "xxxxxxxx")#set($a = $a.repeat(600000))'
ENDLESS = {
    "loops in loops": f"{LOOP}{LOOP}{LOOP}#end#end#end",
    "loops in a string": f'{LOOP}#set($x = "{LOOP}{LOOP}#end#end")#end',
    "loops with plain text": f"{LOOP}{LOOP}{LOOP}{'x' * 500}#end#end#end",
    "a text that doubles": f'#set($a = "x"){LOOP}#set($a = "$a$a")#end',
    "a sum of texts": f'#set($a = "x"){LOOP}#set($a = $a + $a)#end',
    "many long texts": f'#set($a = "x")#set($l = [])#foreach($i in [1..22])#set($a = "$a$a")#end'
    f'{LOOP}#set($b = $l.add("$a$i"))#end',
    "a list that holds itself": "#set($l = [])#set($b = $l.add($l))$l",
    "a map that holds itself": "#set($m = {})#set($b = $m.put('m', $m))$m",
    "a list that doubles": f"#set($l = [1]){LOOP}#set($b = $l.addAll($l))#end",
    "lists of lists": f"#set($l = []){LOOP_30}#set($l = [$l, $l])#end$l",
    "lists of lists compared": f"{TWO_LISTS}#if($l == $k)x#end",
    "lists of lists searched": f"{TWO_LISTS}#set($x = [$k])$x.contains($l)",
    "bodies of bodies": '#set($d = $input.path("$"))#foreach($i in [1..40])'
    '#set($b = $d.put("k$i", {"a": $d, "b": $d}))#end$input.json("$")',
    "a number that grows": f"#set($n = 3){LOOP}#set($n = $n * $n)#end",
    "a long range": "#set($l = [1..100000000])$l.size()",
    "ranges that are kept": f"#set($l = []){LOOP}#set($b = $l.add([1..1000000]))#end",
    "a text repeated": f"{LONG}$a.repeat(1000000)",
    "a text replaced by a longer one": f'{LONG}$a.replace("x", $a)',
    "blocks of blocks": "#define($a0)x#end"
    + "".join(f"#define($a{n})$a{n - 1}$a{n - 1}#end" for n in range(1, 40))
    + "$a39",
    "much escaped": f"{LONG}{LOOP}#set($b = $util.escapeJavaScript($a))#end",
    "much read": f'#set($a = "[],")#set($a = $a.repeat(300000)){LOOP}'
    '#set($b = $util.parseJson("[${a}[]]"))#end',
    "much searched": f'{LONG}#set($b = "b$a"){LOOP}#set($c = $a.lastIndexOf($b))#end',
    "descents in filters": "$input.json('$..[?(@..[?(@..[?(@..[?(@..[?(@..[?(@..*)])])])])])]')",
    "descents again and again": f"{LOOP}#set($x = $input.path('$..*..*'))#end",
}
# some thousand values, nested
BODY = json.dumps({"a": [{"b": [{"c": list(range(10))}] * 10}] * 30})


@pytest.fixture(scope="module")
def api(cloud: Any) -> RestApi:
    api = RestApi(cloud, "budgets")
    for number, template in enumerate(ENDLESS.values()):
        api.mock("POST", f"/request/{number}", template=f"{template}{OK}")
        api.mock("POST", f"/response/{number}", response=template)
    api.mock("POST", "/ok", response="#foreach($i in [1..1000])$i#end")
    return api.deploy()


@pytest.mark.parametrize(
    ("place", "what"),
    [*(("request", each) for each in ENDLESS), *(("response", each) for each in list(ENDLESS)[:4])],
)
def test_a_template_without_end_gives_500_to_its_caller_alone(
    cloud: Any, api: RestApi, place: str, what: str
) -> None:
    number = list(ENDLESS).index(what)
    with bystander(cloud):
        answer = api.call("POST", f"/{place}/{number}", BODY)
    assert (answer.status, answer.json) == (500, {"message": "Internal server error"})


def test_a_template_of_a_thousand_rounds_is_carried_out(api: RestApi) -> None:
    assert api.call("POST", "/ok", BODY).text == "".join(map(str, range(1, 1001)))


def test_many_callers_at_once_hold_nobody_else_up(cloud: Any, api: RestApi) -> None:
    number = list(ENDLESS).index("blocks of blocks")
    with ThreadPoolExecutor(6) as pool, bystander(cloud):
        calls = [pool.submit(api.call, "POST", f"/request/{number}", BODY) for _ in range(6)]
        assert {each.result().status for each in calls} <= {500, 504}


def test_a_large_body_of_many_values_is_refused_unread(cloud: Any, api: RestApi) -> None:
    number = list(ENDLESS).index("descents again and again")
    with bystander(cloud):
        answer = api.call("POST", f"/request/{number}", "[" + "[]," * 3_000_000 + "[]]")
    assert answer.status == 500
