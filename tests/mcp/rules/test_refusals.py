"""A line that is no message is answered with its id, where it has one, and with what is wrong with it."""

from __future__ import annotations

import json

import pytest

from viewsync.mcp.rules.refusals import refusal

HALF = "\\ud83d"  # of an emoji, as a program writes it that cut a text there


@pytest.mark.parametrize(
    ("line", "number", "code", "said"),
    [
        ("hello", None, -32700, "no JSON: Expecting value, at character 1"),
        ('{"id": 1', None, -32700, "no JSON: Expecting ',' delimiter, at character 9"),
        ("\ufeff{}", None, -32700, "no JSON"),
        ("[" * 100_000, None, -32700, "nested too deeply"),
        ('{"id": 1, "n": 1' + "0" * 5000 + "}", None, -32700, "too many digits"),
        (f'{{"id": 7, "text": "cut {HALF}"}}', 7, -32700, "half a character"),
        (f'{{"id": "{HALF}"}}', None, -32700, "half a character"),
        ("[]", None, -32600, "each request of a batch"),
        ('[{"id": 1}]', None, -32600, "each request of a batch"),
        ("7", None, -32600, "a request is an object"),
        ("null", None, -32600, "a request is an object"),
        ('{"id": 2}', 2, -32600, '"jsonrpc" must be "2.0"'),
        ('{"jsonrpc": 2.0, "id": "a"}', "a", -32600, '"jsonrpc" must be "2.0"'),
        ('{"jsonrpc": "2.0", "id": 3}', 3, -32600, '"method" must be a text'),
        ('{"jsonrpc": "2.0", "id": 3, "method": 4}', 3, -32600, '"method" must be a text'),
        ('{"jsonrpc": "2.0", "id": null, "method": "ping"}', None, -32600, '"id" must be a text or a whole number'),
        ('{"jsonrpc": "2.0", "id": 1.5, "method": "ping"}', None, -32600, '"id" must be a text or a whole number'),
        ('{"jsonrpc": "2.0", "id": true, "method": "ping"}', None, -32600, '"id" must be a text or a whole number'),
        ('{"jsonrpc": "2.0", "id": 5, "method": "ping", "params": [1]}', 5, -32600, '"params" must be an object'),
    ],
)
def test_it_names_what_is_wrong(line: str, number: int | str | None, code: int, said: str) -> None:
    answer = refusal(line)
    assert (answer["jsonrpc"], answer["id"], answer["error"]["code"]) == ("2.0", number, code)
    assert said in answer["error"]["message"]
    assert "\n" not in json.dumps(answer)
