"""What waits tells of its progress, and when it is cancelled leaves the program as it was."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.mcp.agent import agent, run, until
from tests.mcp.test_tools import history

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mcp.agent import Agent
    from tests.support.server import Home


async def cancelled(here: Agent, tool: str, **arguments: Any) -> None:
    """Begin it, and cancel it once it has told that it goes on."""
    here.progress.clear()
    calling = asyncio.ensure_future(here.call(tool, **arguments))
    await until(lambda: len(here.progress) > 1, f"the progress of {tool}")
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling


def cancelled_calls(home: Home) -> list[dict[str, Any]] | None:
    """None before there are two."""
    found = [row for row in history(home) if row["reason"].endswith(": cancelled")]
    return found if len(found) > 1 else None


def test_progress_comes_and_a_cancelled_call_leaves_the_program_as_it_was(home: Home, tmp_path: Path) -> None:
    async def work() -> None:
        async with agent(home) as here:
            await here.done("create", session="shell", command=["sh"], prompt="[$#] $")
            before = (await here.done("capture", session="shell"))["lines"]
            await cancelled(here, "wait", session="shell", patterns=["never"], timeout=60)
            times = [progress for progress, _ in here.progress]
            assert times == sorted(times)
            assert {total for _, total in here.progress} == {60}
            assert (await here.done("capture", session="shell"))["lines"] == before

            go, ended = tmp_path / "go", tmp_path / "ended"
            os.mkfifo(go)
            command = f"cat {go} > {ended}.part; mv {ended}.part {ended}"
            await cancelled(here, "exec", session="shell", command=command, timeout=60)
            told = await until(lambda: cancelled_calls(home), "its line of the history")
            assert [row["reason"] for row in told] == ["wait: cancelled", "exec: cancelled"]
            assert told[-1]["detail"].startswith(f"{len(command)} bytes, sha256 ")
            assert (told[-1]["session"], told[-1]["seconds"] > 0) == ("shell", True)
            busy = await here.refused("exec", session="shell", command="true")
            assert "busy" in busy["message"]
            with open(go, "w", encoding="utf-8") as file:  # it still waits for that
                file.write("through\n")
            await until(lambda: ended.exists() and ended.read_text() == "through\n", "the command's end")
            await here.done("wait", session="shell", idle=0.1)
            assert (await here.done("exec", session="shell", command="echo again"))["output"] == "again\n"

            # Typed text stays typed, and the next sender does not wait for who was cancelled.
            await cancelled(here, "send", session="shell", text="echo typed", wait=["never"], timeout=60)
            answer = await here.done("send", session="shell", text="echo next", wait=["^next$"])
            assert answer["outcome"] == "found"
            assert "typed" in (await here.done("capture", session="shell"))["lines"]

    run(work)


def test_calls_that_wait_wait_side_by_side_and_end_with_the_client(home: Home) -> None:
    async def work() -> None:
        async with agent(home) as here:
            await here.done("create", session="shell", command=["sh"], prompt="[$#] $")
            waits = [
                asyncio.ensure_future(here.call("wait", session="shell", patterns=["^come$"], since="now", timeout=60))
                for _ in range(4)
            ]
            await until(lambda: len(here.progress) >= 9, "four calls that wait")
            await here.done("send", session="shell", text="echo come")
            assert {answer.data["outcome"] for answer in await asyncio.gather(*waits)} == {"found"}
            # A pattern without end is ended, and stops nobody else.
            await here.done("send", session="shell", text=f"echo {'a' * 40}", wait=["aaa$"])
            slow = asyncio.ensure_future(here.refused("wait", session="shell", patterns=["^(a+)+$b"], timeout=1))
            assert (await here.done("list"))["total"] == 1
            assert "takes too long" in (await slow)["message"]
            await here.done("kill", session="shell", dry_run=True)
            asyncio.ensure_future(here.call("wait", session="shell", patterns=["never"], timeout=600))  # noqa: RUF006
            here.progress.clear()
            await until(lambda: here.progress, "one more that waits")

    run(work)
    # The fixture waits for the end of all that this home started.
