"""docs/how-to/agents.md: what its configuration starts, and what its calls answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.docs import blocks
from tests.mcp.agent import Agent, connected, run
from tests.support.server import ROOT
from viewsync.mcp.prompts import PROMPTS
from viewsync.mcp.tools import TOOLS

if TYPE_CHECKING:
    from tests.support.server import Home

PAGE = "docs/how-to/agents.md"


def values() -> list[Any]:
    return [json.loads(block.text) for block in blocks.blocks(PAGE, blocks.read(PAGE)) if block.kind == "json"]


def test_a_client_gets_from_nothing_to_an_answer_by_the_page(home: Home) -> None:
    configuration, calls, wanted = values()
    start = configuration["mcpServers"]["viewsync"]
    env = {**home.env, "PATH": f"{home.path}:{home.env['PATH']}"}

    async def work() -> None:
        async with connected([start["command"], *start["args"]], env) as client:
            here = Agent(client)
            answers = [await here.done(call["name"], **call["arguments"]) for call in calls]
            assert answers[1].items() >= wanted.items()

    run(work)
    assert home.registry()["sessions"] == {}


def test_the_page_names_all_that_the_server_has() -> None:
    text = blocks.read(PAGE)
    for name in (*TOOLS, *PROMPTS):
        assert f"`{name}`" in text, name


def test_the_skill_is_printed_as_it_is(home: Home) -> None:
    with open(f"{ROOT}/skills/viewsync/SKILL.md", encoding="utf-8") as file:
        text = file.read()
    assert home.viewsync("mcp", "--skill").out == text
    assert text.startswith("---\nname: viewsync\ndescription: ")
