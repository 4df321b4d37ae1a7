"""No call ends the session that whoever calls runs in."""

from __future__ import annotations

import json
import shlex
import sys
from typing import TYPE_CHECKING

from tests.mcp.agent import agent, run
from tests.support.server import ROOT
from tests.support.wait import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Home, Server

# In a pane. The SDK's client hands on no TMUX, as others do not: it is known by who started whom.
_IN_PANE = """
import asyncio, json, sys
sys.path.insert(0, {root!r})
from tests.mcp.agent import Agent
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

async def work():
    async with Client(stdio_client(StdioServerParameters(command={launcher!r}, args=["mcp"], env={env!r}))) as client:
        here = Agent(client)
        answers = [
            await here.call("kill", session="own"),
            await here.call("kill", session="own", views=True),
            await here.call("cleanup", dry_run=False, older_than="0s"),
            await here.call("kill", session="own", dry_run=True),
        ]
        with open({answers!r} + ".part", "w") as file:
            json.dump([answer.data for answer in answers], file)

asyncio.run(work())
import os
os.rename({answers!r} + ".part", {answers!r})
"""


def test_whoever_runs_in_a_pane_cannot_end_it(home: Home, server: Server, tmp_path: Path) -> None:
    server.tmux("new-session", "-d", "-s", "own", "sh")
    assert home.viewsync("reconcile", "--register", "own", "-S", server.socket).code == 0
    answers, script = tmp_path / "answers", tmp_path / "script.py"
    env = {name: value for name, value in home.env.items() if name != "TMUX"}
    text = _IN_PANE.format(root=ROOT, launcher=home.launcher, env=env, answers=str(answers))
    script.write_text(text, encoding="utf-8")
    line = shlex.join(["env", "-u", "TMUX", "-u", "TMUX_PANE", sys.executable, str(script)])
    server.tmux("send-keys", "-t", "=own:", f"{line}", "Enter")
    until(answers.exists, "the answers")
    killed, with_views, cleaned, dry = json.loads(answers.read_text(encoding="utf-8"))
    for refused in (killed, with_views, cleaned):
        assert refused["error"]["kind"] == "own-session", refused
        assert refused["error"]["message"] == "session 'own' is the one that you run in, and you would end with it"
    assert dry["dry_run"]
    assert set(server.sessions()) == {"proj", "own"}
    assert "own" in home.registry()["sessions"]


def test_its_environment_tells_too(home: Home, server: Server) -> None:
    """Where the server was not started below the pane, but by something that handed its environment on."""
    server.tmux("new-session", "-d", "-s", "own", "sh")
    server.tmux("new-session", "-d", "-s", "shares", "-t", "own")
    for name in ("own", "shares", "proj"):
        assert home.viewsync("reconcile", "--register", name, "-S", server.socket).code == 0
    pane, number = server.show("=own:", "#{pane_id} #{session_id}").split()

    async def work(env: dict[str, str], own: tuple[str, ...]) -> None:
        async with agent(home, env=env) as here:
            for name in own:
                assert (await here.refused("kill", session=name))["kind"] == "own-session"

    inside = {"TMUX": f"{server.socket},{server.pid},{number.removeprefix('$')}"}
    run(lambda: work({**inside, "TMUX_PANE": pane}, ("own", "shares")))
    run(lambda: work(inside, ("own",)))  # in a popup
    run(lambda: work({"TMUX": f"{server.socket},1,0", "TMUX_PANE": pane}, ()))  # another server's

    async def ended() -> None:
        async with agent(home, env={**inside, "TMUX_PANE": pane}) as here:
            assert (await here.done("kill", session="proj"))["killed"]

    run(ended)
    assert set(server.sessions()) == {"own", "shares"}
