"""A client that asks without waiting for answers finds done what it asked before: agents call tools side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.mcp.served import BEGIN, Served, Starts, message, pipes
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.server import Home


def call(number: int, tool: str, **given: Any) -> bytes:
    return message("tools/call", number, name=tool, arguments=given)


def told(served: Served, number: int) -> dict[str, Any]:
    found: dict[str, Any] = served.answer(number)["result"]["structuredContent"]
    return found


def test_a_session_is_made_typed_into_looked_at_and_ended_in_one_breath(start: Starts) -> None:
    served = start(*pipes())
    program = ["sh", "-c", "stty -echo; echo begun; exec sed -u 's/^/got /'"]
    made = call(2, "create", session="s", command=program, prompt="begun")
    sends = [call(10 + number, "send", session="s", text=f"line {number}") for number in range(20)]
    served.write(b"".join([BEGIN, made, *sends, call(3, "wait", session="s", patterns=["got line 19"], timeout=60)]))
    assert [told(served, 10 + number).get("error") for number in range(20)] == [None] * 20
    assert told(served, 3)["outcome"] == "found"
    looks = [call(4, "capture", session="s"), call(5, "list"), call(6, "kill", session="s")]
    served.write(b"".join([*looks, call(7, "capture", session="s"), call(8, "list")]))
    shown = [line for line in told(served, 4)["lines"] if line]
    assert shown == ["begun", *[f"got line {number}" for number in range(20)]]
    assert [row["name"] for row in told(served, 5)["sessions"]] == ["s"]
    assert told(served, 6).get("error") is None
    assert told(served, 7)["error"]["kind"] == "missing-session"
    assert told(served, 8)["sessions"] == []


def test_commands_come_one_after_the_other_and_what_ends_them_at_once(start: Starts, home: Home) -> None:
    served = start(*pipes())
    served.write(BEGIN + call(2, "create", session="s", command=["bash", "--norc"], prompt="[$#] $"))
    assert told(served, 2).get("error") is None
    served.write(call(3, "exec", session="s", command="sleep 1000", timeout=900))
    served.write(call(4, "exec", session="s", command="echo second"))
    until(lambda: "sleep" in str(told_of(served)), "the first command")
    served.write(call(5, "send", session="s", keys=["C-c"]))
    assert told(served, 5).get("error") is None
    assert told(served, 3)["code"] == 130
    assert (told(served, 4)["code"], told(served, 4)["output"]) == (0, "second\n")
    served.write(call(6, "kill", session="s"))
    assert told(served, 6).get("error") is None
    assert home.registry()["sessions"] == {}


_asked = iter(range(100, 1000))


def told_of(served: Served) -> dict[str, Any]:
    """What the session runs, which a command that goes on keeps from nobody."""
    number = next(_asked)
    served.write(call(number, "info", session="s"))
    return told(served, number)


def test_who_no_longer_wants_its_turn_leaves_it_to_the_next(start: Starts) -> None:
    served = start(*pipes())
    served.write(BEGIN + call(2, "create", session="s", command=["bash", "--norc"], prompt="[$#] $"))
    assert told(served, 2).get("error") is None
    served.write(call(3, "exec", session="s", command="sleep 1000", timeout=900))
    served.write(call(4, "exec", session="s", command="touch never") + call(5, "exec", session="s", command="ls never"))
    until(lambda: "sleep" in str(told_of(served)), "the first command")
    served.write(message("notifications/cancelled", requestId=4) + call(6, "send", session="s", keys=["C-c"]))
    assert told(served, 6).get("error") is None
    assert [told(served, number)["code"] for number in (3, 5)] == [130, 2]
    served.write(call(7, "kill", session="s"))
    assert told(served, 7).get("error") is None


def test_where_a_session_was_not_made_nothing_is_done_to_the_one_of_that_name(start: Starts) -> None:
    served = start(*pipes())
    served.write(BEGIN + call(2, "create", session="s", command=["cat"]))
    assert told(served, 2).get("error") is None
    again = call(3, "create", session="s", command=["sh"])
    served.write(again + call(4, "send", session="s", text="exit") + call(5, "kill", session="s"))
    kinds = [told(served, number)["error"]["kind"] for number in (4, 5)]
    assert told(served, 3).get("error") is not None
    assert kinds == ["not-begun", "not-begun"]
    served.write(call(6, "capture", session="s"))
    assert "exit" not in "".join(told(served, 6)["lines"])
    served.write(call(7, "kill", session="s"))
    assert told(served, 7).get("error") is None


def test_what_was_to_be_typed_behind_a_command_is_not_typed_into_it(start: Starts) -> None:
    served = start(*pipes())
    served.write(BEGIN + call(2, "create", session="s", command=["bash", "--norc"], prompt="[$#] $"))
    assert told(served, 2).get("error") is None
    waits = call(3, "exec", session="s", command="cat", timeout=1)
    served.write(
        waits + call(4, "send", session="s", text="rm -r everything") + call(5, "exec", session="s", command="x")
    )
    assert [told(served, number)["error"]["kind"] for number in (4, 5)] == ["not-begun", "not-begun"]
    served.write(call(6, "capture", session="s") + call(7, "kill", session="s"))
    assert "everything" not in "".join(told(served, 6)["lines"])
    assert told(served, 7).get("error") is None
