"""The policy file: what it forbids, and that one that cannot be believed forbids everything."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.mcp.agent import agent, names, refusal, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.mcp.agent import Agent
    from tests.support.server import Home, Server

_ALLOWS = """
outside_registry = {outside}
[allow]
names = ["agent-*", "proj"]
commands = ["echo *", "C-c", "sh"]
[deny]
verbs = ["reconcile"]
names = ["agent-secret*"]
"""


def write(home: Home, text: str) -> str:
    folder = os.path.join(home.path, "config")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "mcp.toml")
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path + ".new", 0o600)
    os.rename(path + ".new", path)
    return path


async def forbidden(here: Agent, tool: str, **given: Any) -> str:
    error = await here.refused(tool, **given)
    assert error["kind"] == "forbidden", (tool, given, error)
    message: str = error["message"]
    assert "mcp.toml" in error["hint"] + message
    return message.removeprefix("policy forbids ")


def test_it_forbids_verbs_names_servers_and_commands(home: Home, server: Server) -> None:
    async def work() -> None:
        async with agent(home) as here:
            await here.done("create", session="agent-secret", command=["sh"], prompt="[$#] $")
            await here.done("create", session="other", command=["sh"], prompt="[$#] $")
            path = write(home, _ALLOWS.format(outside="false"))  # heard of at the next call
            tools = names(await here.client.list_tools())
            assert "reconcile" not in tools
            assert "list" in tools
            assert await forbidden(here, "reconcile") == "reconcile"
            assert await forbidden(here, "create", session="mine", command=["sh"]) == "the session 'mine'"
            assert await forbidden(here, "create", session="agent-1", kind="python") == "this command"
            await here.done("create", session="agent-1", command=["sh"], prompt="[$#] $")
            for tool, given in (
                ("send", {"text": "echo x"}),
                ("capture", {}),
                ("info", {}),
                ("kill", {}),
                ("open_view", {}),
            ):
                assert await forbidden(here, tool, session="agent-secret", **given) == "the session 'agent-secret'"
                assert await forbidden(here, tool, session="other", **given) == "the session 'other'"
            assert (await here.done("exec", session="agent-1", command="echo yes"))["output"] == "yes\n"
            assert await forbidden(here, "exec", session="agent-1", command="echo a\nid") == "this command"
            assert await forbidden(here, "send", session="agent-1", text="id") == "this command"
            assert await forbidden(here, "send", session="agent-1", keys=["Up", "Enter"]) == "this command"
            assert "text without Enter" in await forbidden(here, "send", session="agent-1", text="echo x", enter=False)
            await here.done("send", session="agent-1", keys=["C-c"])
            for uri in ("viewsync://sessions/other/output", "viewsync://sessions/other"):
                with pytest.raises(refusal(), match="policy forbids the session 'other'"):
                    await here.read(uri)
            with pytest.raises(refusal(), match="policy forbids the session 'other'"):
                async with here.client.listen(resource_subscriptions=["viewsync://sessions/other/output"]):
                    pass
            listed = await here.done("list")
            assert ([session["name"] for session in listed["sessions"]], listed["total"]) == (["agent-1"], 1)
            events = (await here.done("list", what="events"))["events"]
            assert {event["session"] for event in events} == {"agent-1"}
            assert "the tmux server" in await forbidden(
                here, "send", target="proj:0.0", socket=server.socket, text="echo x"
            )
            home.viewsync("kill", "-s", "other")
            assert "other" not in str(await here.refused("capture", session="agen-1"))

            write(home, _ALLOWS.format(outside="true"))
            await here.done("send", target="proj:0.0", socket=server.socket, text="echo outside", wait=["^outside$"])
            assert "a target without a session's name" in await forbidden(
                here, "send", target="%0", socket=server.socket, text="echo x"
            )
            assert "'secret'" in await forbidden(here, "capture", target="secret:0.0", socket=server.socket)
            os.unlink(path)
            assert "reconcile" in names(await here.client.list_tools())

    run(work)


def test_a_cleanup_never_touches_what_it_hides(home: Home) -> None:
    async def work() -> None:
        async with agent(home) as here:
            await here.done("create", session="other", command=["sh"], prompt="[$#] $")
            write(home, _ALLOWS.format(outside="false"))
            assert "'other'" in await forbidden(here, "cleanup", dry_run=False, older_than="0s")
            assert "views" in await forbidden(here, "cleanup", dry_run=False, views=True)
            assert (await here.done("cleanup"))["sessions"] == []

    run(work)
    assert list(home.registry()["sessions"]) == ["other"]


def writable(home: Home, path: str) -> None:
    del home
    os.chmod(path, 0o666)  # noqa: S103  that is the case


def wrong(home: Home, path: str) -> None:
    assert write(home, "[allow\n") == path


def misspelt(home: Home, path: str) -> None:
    assert write(home, "[alow]\n") == path


def folder(home: Home, path: str) -> None:
    del home
    os.unlink(path)
    os.mkdir(path)


def fifo(home: Home, path: str) -> None:
    del home
    os.rmdir(path)
    os.mkfifo(path)


def dangling(home: Home, path: str) -> None:
    os.unlink(path)
    os.symlink(os.path.join(home.path, "nothing"), path)


def through_open_folder(home: Home, path: str) -> None:
    there = os.path.join(home.path, "open")
    os.mkdir(there)
    os.rename(write(home, ""), os.path.join(there, "mcp.toml"))
    os.chmod(there, 0o777)  # noqa: S103  the same
    os.symlink(os.path.join(there, "mcp.toml"), path)


# Each spoils what the one before left.
_SPOILT: list[tuple[Callable[[Home, str], object], str]] = [
    (writable, "it can be written to by others (mode 0666)"),
    (wrong, "line 1"),
    (misspelt, "did you mean allow?"),
    (folder, "it is not a file"),
    (fifo, "it is not a file"),
    (dangling, "there is no such file"),
    (through_open_folder, "can be written to by others"),
]


def test_one_that_cannot_be_believed_forbids_everything(home: Home, tmp_path: Path) -> None:
    async def work() -> None:
        path = write(home, "")
        async with agent(home) as here:
            await here.done("list")
            for spoil, why in _SPOILT:
                spoil(home, path)
                for tool in ("list", "doctor", "kill"):
                    error = await here.refused(tool, **({"session": "x"} if tool == "kill" else {}))
                    assert error["kind"] == "forbidden"
                    assert error["message"].startswith(f"policy forbids everything: {path}: "), error
                    assert why in error["message"]
                    assert "\n" not in error["message"]
            os.unlink(path)
            (tmp_path / "mine.toml").write_text("")
            os.symlink(tmp_path / "mine.toml", path)  # a link of ours to a file of ours is as good
            await here.done("list")

    run(work)


def test_one_that_is_named_has_to_be_there(home: Home, tmp_path: Path) -> None:
    async def work() -> None:
        async with agent(home, "--policy", str(tmp_path / "policy.toml")) as here:
            assert "there is no such file" in (await here.refused("list"))["message"]
            (tmp_path / "policy.toml").write_text("")
            await here.done("list")

    run(work)
