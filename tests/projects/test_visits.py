"""Steps of a session for when its first client comes, and when the last one leaves: by tmux's own hooks, and beside all
that the user has there.
"""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING

from tests.projects.test_ending import pending
from tests.projects.test_steps import events, read, start
from tests.support.projects import in_git
from tests.support.wait import stays, until
from viewsync.tmux import views
from viewsync.tmux.rules import hooks
from viewsync.tmux.server import Tmux

if TYPE_CHECKING:
    from tests.support.client import Tab
    from tests.support.projects import Project
    from tests.support.server import Home, Server

NAME = "myapp-main-dev"
FILE = """\
session:
  windows: [{name: editor}]
  attach_steps: [{name: come, run: "echo come $VIEWSYNC_SESSION >> visits"}]
  detach_steps: [{name: bad, run: exit 3}, {name: go, run: "echo go $WHO >> visits"}]
  additional_env: {WHO: me}
"""
SECOND = FILE.replace("session:", "session:\n  name_template: second")
COME, GO = f"come {NAME}\n", "go me\n"
project = in_git


def slots(server: Server) -> list[str]:
    lines = [line for event in hooks.EVENTS for line in server.tmux("show-hooks", "-g", event).splitlines()]
    return [line.split(" ")[0] for line in lines if "@viewsync_watched" in line]


def client(home: Home, server: Server, name: str = NAME) -> Tab:
    on = home.program(["tmux", "-S", server.socket, "attach-session", "-t", f"={name}"])
    until(lambda: on.pid in server.clients(), "a client")
    return on


def seen(project: Project, text: str) -> None:
    until(lambda: read(project, "visits") == text, f"the visits {text!r}", 30)


def test_they_run_when_the_first_comes_and_the_last_leaves(server: Server, home: Home, project: Project) -> None:
    server.tmux("set-hook", "-g", "client-detached", "set-option -g @mine 1")
    server.tmux("set-hook", "-ga", "client-session-changed", "set-option -g @changed 1")
    before = {event: server.tmux("show-hooks", "-g", event) for event in hooks.EVENTS}
    assert start(project, server, FILE).code == 0
    other = client(home, server, "proj")
    one = client(home, server)
    seen(project, COME)
    two = client(home, server)
    two.hang_up()
    until(lambda: two.pid not in server.clients(), "the first to leave")
    server.tmux("switch-client", "-c", one.tty, "-t", "=proj")  # it may come back
    other.hang_up()
    until(lambda: other.pid not in server.clients(), "another one to leave")
    assert stays(lambda: read(project, "visits"), 0.4) == COME
    one.hang_up()
    seen(project, COME + GO)
    view = home.program([home.launcher, "attach", NAME, "-S", server.socket])
    seen(project, COME + GO + COME)
    view.hang_up()
    seen(project, (COME + GO) * 2)
    assert len(events(home, "step-failed")) == 2  # which let the next one run
    assert (server.tmux("show-options", "-gv", "@mine"), server.tmux("show-options", "-gv", "@changed")) == ("1", "1")
    assert project.viewsync("kill", NAME, "-S", server.socket).code == 0
    assert not pending(home)
    client(home, server, "proj").hang_up()
    until(lambda: not slots(server), "that the hooks take themselves back")
    for event, text in before.items():
        assert text in server.tmux("show-hooks", "-g", event)


def test_a_sweep_sets_the_hooks_again_and_tells_what_they_missed(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    on = client(home, server)
    seen(project, COME)
    for event in hooks.EVENTS:
        server.tmux("set-hook", "-g", event, "set-option -g @mine 1")  # a configuration that is read again
    on.hang_up()
    until(lambda: not server.clients(), "the detach")
    assert (stays(lambda: read(project, "visits"), 0.3), slots(server)) == (COME, [])
    assert home.viewsync("sweep").code == 0
    seen(project, COME + GO)
    assert len(slots(server)) == 2
    for event in hooks.EVENTS:
        server.tmux("set-hook", "-g", event, "set-option -g @mine 1")
    client(home, server)
    assert home.viewsync("sweep").code == 0
    seen(project, COME + GO + COME)


def test_two_state_folders_on_one_server_are_each_told_of_their_own(
    server: Server, home: Home, project: Project
) -> None:
    assert start(project, server, FILE).code == 0
    state = {"VIEWSYNC_STATE_DIR": f"{home.path}/other-state"}
    assert start(project, server, SECOND, **state).code == 0
    assert len(slots(server)) == 4
    one = client(home, server)
    seen(project, COME)
    two = client(home, server, "second")
    seen(project, f"{COME}come second\n")
    one.hang_up()
    seen(project, f"{COME}come second\n{GO}")
    assert home.viewsync("sweep").code == 0
    assert home.viewsync("sweep", env=state).code == 0
    two.hang_up()
    seen(project, f"{COME}come second\n{GO}{GO}")
    assert project.viewsync("kill", "second", "-S", server.socket, env=state).code == 0
    client(home, server).hang_up()
    until(lambda: len(slots(server)) == 2, "that the hooks of one of them take themselves back")


def test_hooks_that_are_removed_are_those_of_every_state_folder(server: Server, home: Home, project: Project) -> None:
    server.tmux("set-hook", "-g", "client-detached[4300]", "set-option -g @mine 1")
    assert start(project, server, FILE).code == 0
    assert start(project, server, SECOND, VIEWSYNC_STATE_DIR=f"{home.path}/other-state").code == 0
    assert len(slots(server)) == 4
    views.remove_hooks(Tmux("tmux", 20.0, home.env), server.socket)
    assert slots(server) == []
    assert server.tmux("show-hooks", "-g", "client-detached") == "client-detached[4300] set-option -g @mine 1"


def test_what_is_said_of_its_steps_names_their_kinds(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    server.run("set-hook", "-gu", hooks.slot(hooks.ENDED))
    checks = home.viewsync("doctor", "--json").json()["checks"]
    (said,) = [check["found"] for check in checks if check["name"] == "session ends"]
    assert said == "1 sessions have attach and detach steps, but the hook is not loaded"
    server.tmux("link-window", "-d", "-s", f"={NAME}:", "-t", "=proj:")
    done = project.viewsync("kill", NAME, "-S", server.socket)
    assert ("live on in 'proj'" in done.err, "cleanup" in done.err) == (True, False), done
    folder = os.path.join(home.state, "pending")
    os.chmod(folder, 0o500)
    done = start(project, server, SECOND)
    os.chmod(folder, 0o700)
    assert not os.geteuid() or "its attach and detach steps will not run: " in done.err, done


def test_what_is_not_trusted_any_more_does_not_run(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    assert project.viewsync("trust", "dev", "--revoke").code == 0
    on = client(home, server)
    on.hang_up()
    until(lambda: not server.clients(), "the detach")
    done = home.viewsync("hook", hooks.PRESENCE, env={"TMUX": f"{server.socket},{server.pid},0"})
    assert (done.code, done.out + done.err) == (0, "")
    assert (stays(lambda: read(project, "visits"), 0.4), events(home, "step")) == ("", [])


def test_they_run_in_the_order_in_which_it_happened_and_never_side_by_side(
    server: Server, home: Home, project: Project
) -> None:
    file = """\
session:
  attach_steps: [{run: "echo come >> visits; until test -e go; do sleep 0.05; done; echo came >> visits"}]
  detach_steps: [{run: "echo gone >> visits"}]
"""
    assert start(project, server, file).code == 0
    one = client(home, server)
    seen(project, "come\n")
    one.hang_up()
    until(lambda: not server.clients(), "the detach")
    assert stays(lambda: read(project, "visits"), 0.4) == "come\n"
    project.write("go", "")
    seen(project, "come\ncame\ngone\n")
    one = client(home, server)
    seen(project, "come\ncame\ngone\ncome\ncame\n")
    (running,) = {*re.findall(r"@viewsync_presence_\w+", server.tmux("show-hooks", "-g", "client-detached"))}
    server.tmux("set-option", "-s", running, str(int(time.time()) + 19))  # as if one was about to ask
    one.hang_up()
    until(lambda: not server.clients(), "the detach")
    client(home, server)
    done = home.viewsync("hook", hooks.PRESENCE, env={"TMUX": f"{server.socket},{server.pid},0"})
    assert done.code == 0, done
    assert read(project, "visits").endswith("came\ngone\ncome\ncame\n")  # somebody is on it
