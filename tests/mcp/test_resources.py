"""What can be read beside the tools' answers, and who hears that it changed."""

from __future__ import annotations

import asyncio
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from tests.mcp.agent import ERAS, agent, refusal, run, settled, stays, until
from viewsync.mcp.prompts import PROMPTS

if TYPE_CHECKING:
    from tests.support.server import Home

SESSIONS = "viewsync://sessions"


def test_each_is_what_a_tool_tells(home: Home) -> None:
    async def work() -> None:
        async with agent(home) as here:
            name = "odd name/ü"
            await here.done("create", session="shell", command=["sh"], prompt="[$#] $")
            await here.done("send", session="shell", text="echo shown", wait=["^shown$"])
            listed = {str(resource.uri) for resource in (await here.client.list_resources()).resources}
            assert listed == {SESSIONS, "viewsync://events", f"{SESSIONS}/shell", f"{SESSIONS}/shell/output"}
            templates = (await here.client.list_resource_templates()).resource_templates
            assert [template.uri_template for template in templates] == [
                f"{SESSIONS}/{{name}}",
                f"{SESSIONS}/{{name}}/output",
            ]
            ages = ("age", "idle", "silent", "captured_at")

            def still(data: dict[str, Any]) -> dict[str, Any]:
                found = {key: value for key, value in data.items() if key not in ages}
                return {**found, "sessions": list(map(still, found["sessions"]))} if "sessions" in found else found

            for uri, tool, given in (
                (SESSIONS, "list", {}),
                (f"{SESSIONS}/shell", "info", {"session": "shell"}),
                (f"{SESSIONS}/shell/output", "capture", {"session": "shell", "lines": 200}),
            ):
                assert still(await here.read(uri)) == still(await here.done(tool, **given))
            read = (await here.client.read_resource(f"{SESSIONS}/shell/output")).contents[0]
            assert read.meta == {"viewsync/data": ["lines"]}
            events = (await here.read("viewsync://events"))["events"]
            assert "create" in [event["event"] for event in events]
            for uri, what in (
                (f"{SESSIONS}/nobody", "'nobody' not found"),
                (f"{SESSIONS}/shell/screen", "there is no resource"),
                (f"{SESSIONS}/", "there is no resource"),
                ("file:///etc/passwd", "there is no resource"),
                (f"{SESSIONS}/{name}".replace(" ", "%20"), "there is no resource"),
            ):
                with pytest.raises(refusal(), match=what):
                    await here.client.read_resource(uri)

    run(work)


@pytest.mark.parametrize("era", ERAS)
def test_who_subscribed_hears_what_changed_and_nothing_else(home: Home, era: str) -> None:
    heard: list[str] = []

    async def told(message: Any) -> None:
        if uri := getattr(getattr(message, "params", None), "uri", None):
            heard.append(str(uri))

    async def work() -> None:
        async with agent(home, era=era, heard=told) as here:
            await here.done("create", session="shell", command=["sh"], prompt="[$#] $")
            await here.done("create", session="other", command=["sh"], prompt="[$#] $")
            output, wanted = f"{SESSIONS}/shell/output", [SESSIONS, f"{SESSIONS}/shell/output", "viewsync://events"]
            if era == "legacy":
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # the SDK's, of what its newer era has instead
                    for uri in wanted:
                        await here.client.subscribe_resource(uri)
                await hears(here)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    await here.client.unsubscribe_resource(output)
            else:
                async with here.client.listen(resource_subscriptions=wanted) as listening:
                    reading = asyncio.ensure_future(_drain(listening))
                    await hears(here)
                    reading.cancel()
            await settled(lambda: heard)
            heard.clear()
            home.viewsync("send", "-s", "shell", "-c", "echo unheard", "-w", "^unheard$")
            await here.done("kill", session="other")
            if era == "legacy":
                await until(lambda: SESSIONS in heard, "news of sessions")
            assert output not in heard

    async def hears(here: Any) -> None:
        output = f"{SESSIONS}/shell/output"
        # What a program prints, which nobody of ours has asked it for.
        home.run(["tmux", "-S", f"{home.state}/claude.sock", "send-keys", "-t", "=shell:", "echo by itself", "Enter"])
        await until(lambda: output in heard, "news of the output")
        await settled(lambda: heard)  # the shell prints more than once
        assert set(heard) == {output}
        heard.clear()
        # What another process does.
        assert home.viewsync("create", "-n", "more").code == 0
        await until(lambda: {SESSIONS, "viewsync://events"} <= set(heard), "news of a session")
        assert output not in heard
        # Who reads for what it heard hears nothing of that, or it would never end.
        await settled(lambda: heard)
        heard.clear()
        for _ in range(3):
            await here.read(SESSIONS)
            await here.read("viewsync://events")
            await here.done("list")
            await here.done("info", session="shell")
        await stays(lambda: heard)
        assert heard == []

    run(work)


async def _drain(listening: Any) -> None:
    async for _ in listening:
        pass


def test_prompts_are_filled_and_say_what_they_lack(home: Home) -> None:
    async def work() -> None:
        async with agent(home) as here:
            prompts = (await here.client.list_prompts()).prompts
            assert [prompt.name for prompt in prompts] == list(PROMPTS)
            assert len(prompts) == 3
            for prompt in prompts:
                given = {argument.name: "{0} %s \n x" for argument in prompt.arguments or ()}
                (message,) = (await here.client.get_prompt(prompt.name, given)).messages
                assert message.role == "user"
            with pytest.raises(refusal(), match="long_work needs command: the line of shell to run"):
                await here.client.get_prompt("long_work", {"session": "shell"})
            with pytest.raises(refusal(), match="there is no prompt 'x'"):
                await here.client.get_prompt("x")

    run(work)
