"""The template language, JSONPath, and Java's way with values."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlab.cloud.apigateway.data.templates import escape_java_script
from orderlab.cloud.apigateway.json_path.errors import JsonPathError
from orderlab.cloud.apigateway.json_path.path import compile_path
from orderlab.cloud.apigateway.vtl.errors import TemplateError
from orderlab.cloud.apigateway.vtl.java import double, string_of
from orderlab.cloud.apigateway.vtl.template import compile_template

VALUES: dict[str, Any] = {
    "s": "hello world",
    "quoted": "it\\'s",
    "n": 7,
    "f": 19.99,
    "big": 12_000_000.0,
    "yes": True,
    "list": [1, {"a": "b"}],
    "map": {"a": 1, "b": {"c": [1, 2]}, "user-id": "u1"},
    "empty": "",
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # references
        ("$s ${s}! $!s", "hello world hello world! hello world"),
        ("[$nothing][$!nothing][$map.none.deeper]", "[][][]"),
        ("$map.b.c[1] $map['a'] $map.user-id", "2 1 u1"),
        ("costs $5, $, $. and #fff # 100%", "costs $5, $, $. and #fff # 100%"),
        (r"\$s \#if", "$s #if"),
        ("$map.a.", "1."),
        # how Java prints
        ("$yes $n $f $big", "true 7 19.99 1.2E7"),
        ("$map", "{a=1, b={c=[1,2]}, user-id=u1}"),
        ("$list", '[1,{"a":"b"}]'),
        ("#set($l = [1, 'a', true])$l", "[1, a, true]"),
        # set
        ("#set($x = 5)$x", "5"),
        ('#set($x = "n is $n")$x', "n is 7"),
        ("#set($x = 'n is $n')$x", "n is $n"),
        ('#set($x = "say ""hi""")$x', 'say "hi"'),
        ("#set($x = 1)#set($x = $nothing)$x", "1"),
        ("#set($m = {})#set($m.a = 1)#set($m['b'] = 2)$m", "{a=1, b=2}"),
        ("#set($l = [1, 2])#set($l[0] = 9)$l", "[9, 2]"),
        ("  #set($x = 1)\nline", "line"),
        # arithmetic
        ("#set($x = 7 / 2)$x #set($y = -7 / 2)$y #set($z = -7 % 3)$z", "3 -3 -1"),
        ("#set($x = 7.0 / 2)$x", "3.5"),
        ("#set($x = 1 + 2 * 3 - 4)$x #set($y = (1 + 2) * 3)$y", "3 9"),
        ('#set($x = "a" + 1)$x', "a1"),
        ("#set($x = 5 / 0)[$x]", "[]"),
        # conditions
        ("#if($n > 5 && $n <= 7)yes#end", "yes"),
        ("#if($n == 7.0)same#end#if('7' == $n)text#end", "sametext"),
        ("#if($nothing)a#elseif($n != 7)b#{else}c#end", "c"),
        ("#if($empty)true#end", "true"),  # Velocity 1: only null and false are false
        ("#if(!$nothing)null#end", "null"),
        ("#if($n gt 5 and not ($n eq 8))words#end", "words"),
        ("#if($nothing && $nothing.size() > 3)a#else b#end", " b"),
        ("#if(true)\nx\n#end\ny", "x\ny"),
        # null is nothing: the empty text, but no other
        ('#if($nothing == "")a#end#if($nothing == $null)b#end#if("" == $nothing)c#end', "abc"),
        ('#if($nothing == "x")a#end#if($nothing != "")b#end#if($nothing == 0)c#end', ""),
        ('#if($nothing == false)a#end#if($map.none == "" && $map.none == $null)b#end', "b"),
        ('#set($l = [])#if($l == "")a#end#if($empty == $null)b#end', "b"),
        # braces: the directive's own, and the text's
        ('{"a":1#if($yes),"b":2#end}', '{"a":1,"b":2}'),
        ('#if(!$yes){"a":1}#else{"b":2}#end', '{"b":2}'),
        ("{#foreach($k in ['p', 'q'])$k#if($foreach.hasNext),#end#end}", "{p,q}"),
        ("#{if}($yes){1}#{end}}#{else", "{1}}#{else"),
        ('#if($yes)"x"#else"y"#end"z"', '"x""z"'),
        ("${s}} $!{s}} $!{nothing}} {$n}", "hello world} hello world} } {7}"),
        ("#foreach($i in [1..9])#if($i > 2)#break}#{end}$i#end}", "12}"),
        ("a}#stop}b", "a}"),
        ("#set($x = {'a': 1})}$x}", "}{a=1}}"),
        # what is not parsed, and blocks that are written where they are named
        ("#[[#if($s) $n]]#!", "#if($s) $n!"),
        ("#define($b)<$v>#end#foreach($v in [1, 2])$b#end", "<1><2>"),
        ("#define($b)x$b#end$b", "xx"),
        ("#set($x = 1 + 2 + 3 - 4 + 5)$x#if($no || $no || $yes)y#end#if(!!$yes)z#end", "7yz"),
        # loops
        ("#foreach($i in [1..3])$i#if($foreach.hasNext),#end#end", "1,2,3"),
        ("#foreach($i in [3..1])$i#end", "321"),
        ("#foreach($v in $map.b)$v#end", "[1,2]"),
        ("#foreach($e in $map.b.entrySet())$e.key:$e.value#end", "c:[1,2]"),
        ("#foreach($k in $map.keySet())$velocityCount$k #end", "1a 2b 3user-id "),
        ("#foreach($i in [1..9])#if($i == 3)#break#end$foreach.index#end", "01"),
        ("#foreach($i in $nothing)x#end.", "."),
        ("#foreach($i in [1..2000])x#end", "x" * 1000),
        ("#foreach($i in [1..2])#foreach($j in [1..2])$foreach.parent.count#end#end", "1122"),
        ("a#stop b", "a"),
        # comments
        ("a## rest\nb#* in\nthe middle *#c", "abc"),
        # methods
        ("$s.length() $s.toUpperCase() $s.substring(6)", "11 HELLO WORLD world"),
        ("$s.replaceAll('o(.)', '<$1>')", "hell< >w<r>ld"),
        ('$quoted.replaceAll("\\\\\'", "\'")', "it's"),
        ("$s.split(' ').size() $s.split(' ')[1] $s.contains('wor')", "2 world true"),
        ("$s.matches('h.*') $s.matches('h') $s.indexOf('w') $s.equals('x')", "true false 6 false"),
        ("#set($l = [])#set($d = $l.add('x'))$l.size() $l.get(0) $l.isEmpty()", "1 x false"),
        ("$map.size() $map.containsKey('a') $map.get('zz')", "3 true "),
        ("#set($d = $map.put('new', 1))$map.new", "1"),
        ("$s.noSuchMethod()", ""),
        ("$n.toString().length()", "1"),
    ],
)
def test_a_template_renders_as_velocity_does(source: str, expected: str) -> None:
    values = {**VALUES, "map": dict(VALUES["map"])}
    assert compile_template(source).render(values) == expected


@pytest.mark.parametrize(
    "source",
    [
        "#if($a)",
        "#end",
        "#set($a)",
        "#set($a = )",
        "#foreach($a $b)#end",
        "#macro(x)#end",
        "#parse('x')",
        "$a.b(",
        "#if($a = 1)#end",
        "#set($x = [1, )",
        "#[[ no end",
        "#* no end",
        '#set($x = "no end)',
        "#if($a)" * 41 + "#end" * 41,
        "#set($x = " + "(" * 41 + "1" + ")" * 41 + ")",
        "#set($x = " + "[" * 41 + "]" * 41 + ")",
        "x" * 307_201,
    ],
)
def test_a_template_that_cannot_be_read_is_refused(source: str) -> None:
    with pytest.raises(TemplateError):
        compile_template(source)


@pytest.mark.parametrize("source", ["$s.substring(99)", "$list.get(9)", "$s.replaceAll('(', '')"])
def test_where_java_would_throw_the_template_fails(source: str) -> None:
    with pytest.raises(TemplateError):
        compile_template(source).render(dict(VALUES))


@given(st.text(alphabet="$#{}()[]!\\.'\"abset ifnd=+1\n", max_size=40))
def test_any_text_either_renders_or_is_refused(source: str) -> None:
    with contextlib.suppress(TemplateError):
        compile_template(source).render({"a": {"b": [1]}, "s": "x"})


DOCUMENT = {
    "a": {"b": [1, 2, {"c": 3}]},
    "books": [{"p": 8, "t": "x"}, {"p": 12, "t": "y & z"}],
    "x-y": 1,
    "it.em": 2,
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$", DOCUMENT),
        ("$.a.b[0]", 1),
        ("$.a.b[-1].c", 3),
        ("$['a']['b'][1]", 2),
        ("$['it.em']", 2),
        ("$.x-y", 1),
        ("a.b[0]", 1),
        ("$.a.b[*]", [1, 2, {"c": 3}]),
        ("$.a.b[0,1]", [1, 2]),
        ("$.a.b[0:2]", [1, 2]),
        ("$..c", [3]),
        ("$.books[*].p", [8, 12]),
        ("$.books[?(@.p < 10)].t", ["x"]),
        ("$.books[?(@.t == 'y & z' && @.p > 1)].p", [12]),
        ("$.books[?(@.none)]", []),
        ("$.books[?(@.t =~ /Y.*/i)].p", [12]),
        ("$.books[?(@.t =~ /y/i)].p", []),
        ("$.books[?(@.t =~ /.*\\/.*/)].p", []),
        ("$.books[?(@.p == 8 || @.t == 'y & z')].p", [8, 12]),
        ("$.books[?((@.p == 8 || @.p == 12) && @.t == 'x')].p", [8]),
        ("$.books[?(!(@.p == 8))].p", [12]),
        ("$.books[?(!(@.p == 8 || @.p == 12))].p", []),
        ("$.books[?(!@.none)].p", [8, 12]),
        ("$.books[?(@.t == 'a || b' || @.p > 10)].p", [12]),
        ("$.books[?(@.p in [8, 9])].t", ["x"]),
        ("$.books[?(@.t nin ['x', \"z\"])].p", [12]),
        ("$.books[?(@.t size 1)].p", [8]),
        ("$.books[?(@.p == '8')].t", ["x"]),
        ("$.books[?(@['p'] < $.books[1].p)].t", ["x"]),
        ("$.books[?(10 > @.p)].t", ["x"]),
        ("$.books[?(@.none != 1)].p", [8, 12]),
        ("$.a.b[?(@.c)]", [{"c": 3}]),
        ("$..[?(@.p)].p", [8, 12]),
        ("$.books[*].p.max()", 12.0),
        ("$.books[*].p.sum()", 20.0),
        ("$.books.size()", 2),
        ("$['a','x-y']", [DOCUMENT["a"], 1]),
        ("$.books[-1:].p", [12]),
        ("$.a.b.length()", 3),
        ("$.missing", None),
        ("$.missing.deeper", None),
        ("$.books[7]", None),
    ],
)
def test_a_json_path_leads_where_jayways_does(path: str, expected: Any) -> None:
    assert compile_path(path).find(DOCUMENT) == expected


@pytest.mark.parametrize(
    "path",
    [
        "$.a[",
        "$.a[?(@.b",
        "$.a[x]",
        "$.a[?(b == 1)]",
        "$.a[?(@.b == )]",
        "$.a[?(@.b ~ 1)]",
        "$.a[?(@.b =~ /(/)]",
        "$.a[?" + "(" * 40 + "@.b" + ")" * 40 + "]",
        "$" + "[?(@" * 40,
        "$" + ".a" * 20_000,
    ],
)
def test_a_json_path_that_cannot_be_read_is_refused(path: str) -> None:
    with pytest.raises(JsonPathError):
        compile_path(path)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.0, "1.0"),
        (0.1, "0.1"),
        (1e7, "1.0E7"),
        (-12345678.9, "-1.23456789E7"),
        (1e-4, "1.0E-4"),
        (1.5e300, "1.5E300"),
        (0.0, "0.0"),
    ],
)
def test_doubles_print_as_java_prints_them(value: float, expected: str) -> None:
    assert double(value) == expected


def test_other_values_print_as_java_prints_them() -> None:
    assert string_of({"a": None, "b": [True, None]}) == "{a=null, b=[true,null]}"
    assert escape_java_script('it\'s "ü"\n/\\') == 'it\\\'s \\"\\u00FC\\"\\n\\/\\\\'
