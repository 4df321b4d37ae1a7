"""What a policy allows, by verb, name, server and command."""

from __future__ import annotations

import re
from typing import Any

import pytest

from viewsync.mcp.rules.policy import Forbidden, Policy, parsed


def policy(**values: Any) -> Policy:
    return parsed(values, "mcp.toml")


def allowed(check: Any) -> bool:
    try:
        check()
    except Forbidden:
        return False
    return True


@pytest.mark.parametrize(
    ("values", "verb", "may"),
    [
        ({}, "kill", True),
        ({"deny": {"verbs": ["kill", "clean*"]}}, "cleanup", False),
        ({"deny": {"verbs": ["kill"]}}, "list", True),
        ({"allow": {"verbs": ["list", "capture"]}}, "send", False),
        ({"allow": {"verbs": ["*"]}, "deny": {"verbs": ["send"]}}, "send", False),
        ({"allow": {"verbs": []}}, "list", False),
    ],
)
def test_verbs(values: dict[str, Any], verb: str, may: bool) -> None:
    assert allowed(lambda: policy(**values).check_verb(verb)) == may


@pytest.mark.parametrize(
    ("values", "name", "socket", "may"),
    [
        ({}, "any", "/s", True),
        ({"allow": {"names": ["agent-*"]}}, "agent-1", "/s", True),
        ({"allow": {"names": ["agent-*"]}}, "my-agent-1", "/s", False),
        ({"allow": {"names": ["agent-*"]}}, "Agent-1", "/s", False),
        ({"deny": {"names": ["prod*"]}}, "prod", "/s", False),
        ({"allow": {"sockets": ["/run/*"]}}, "any", "/run/a", True),
        ({"allow": {"sockets": ["/run/*"]}}, "any", "/tmp/run/a", False),
        ({"allow": {"sockets": ["/run/*"]}}, "any", "", False),
        ({"deny": {"sockets": ["*/default"]}}, "any", "/tmp/tmux-0/default", False),
    ],
)
def test_sessions(values: dict[str, Any], name: str, socket: str, may: bool) -> None:
    assert allowed(lambda: policy(**values).check_session(name, socket)) == may
    assert policy(**values).sees(name, socket) == may


@pytest.mark.parametrize(
    ("values", "may"),
    [
        ({}, False),
        ({"outside_registry": True}, True),
        ({"allow": {"sockets": ["/s"]}}, True),
        ({"allow": {"sockets": ["/other"]}}, False),
        ({"allow": {"sockets": ["*"]}, "deny": {"sockets": ["/s"]}}, False),
    ],
)
def test_a_server_that_is_named_may_hold_what_the_registry_does_not(values: dict[str, Any], may: bool) -> None:
    assert allowed(lambda: policy(**values).check_server("/s")) == may


@pytest.mark.parametrize(
    ("values", "text", "may"),
    [
        ({}, "rm -rf /", True),
        ({"deny": {"commands": ["*rm -rf*"]}}, "cd / && rm -rf x", False),
        ({"deny": {"commands": ["rm*"]}}, "ls\nrm x", False),
        ({"deny": {"commands": ["rm*"]}}, "ls\rrm x", False),
        ({"deny": {"commands": ["*rm*-rf*"]}}, "rm \\\n-rf x", False),
        ({"allow": {"commands": ["git *", "ls"]}}, "git status", True),
        ({"allow": {"commands": ["git *", "ls"]}}, "git status\nls\n", True),
        ({"allow": {"commands": ["git *", "ls"]}}, "git status\ncurl x", False),
        ({"allow": {"commands": ["git *", "ls"]}}, "C-c", False),
        ({"allow": {"commands": ["C-c"]}}, "C-c", True),
    ],
)
def test_commands(values: dict[str, Any], text: str, may: bool) -> None:
    assert allowed(lambda: policy(**values).check_commands(text)) == may


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"alow": {}}, "there is no 'alow': did you mean allow?"),
        ({"allow": {"verb": ["list"]}}, "[allow] has no 'verb': did you mean verbs?"),
        ({"deny": ["kill"]}, "deny must be a table"),
        ({"allow": {"names": "agent-*"}}, "names in [allow] must be a list of patterns"),
        ({"deny": {"names": [1]}}, "names in [deny] must be a list of patterns"),
        ({"outside_registry": "yes"}, "outside_registry must be true or false"),
    ],
)
def test_what_is_not_understood_allows_nothing(values: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(why)}$"):
        policy(**values)
