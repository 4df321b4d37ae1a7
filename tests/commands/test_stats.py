"""viewsync stats: what the history tells, and what there is now."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from tests.support.projects import Project
from tests.support.running import trusted
from tests.support.sessions import create, note_pid
from tests.support.wait import until
from viewsync.events import Event, Sample
from viewsync.store import own_files
from viewsync.store.history_database import History

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server

DEV = """
steps:
  good: "true"
  bad: "exit 3"
session:
  pre_create_steps: [good]
  cleanup_steps: [good, bad]
"""


def write(home: Home, *events: Event) -> History:
    history = History(own_files.secure(home.state))
    history.add(events)
    return history


def event(at: float, kind: str, name: str, **more: object) -> Event:
    return Event(at, kind, "test", "/s", "1.1", name)._replace(**more)  # type: ignore[arg-type]  # any field


def test_an_empty_history_says_so(home: Home) -> None:
    done = home.viewsync("stats", "sessions")
    assert (done.code, done.out) == (0, "The history has no sessions yet.\n")
    assert home.viewsync("stats", "--json").json()["sessions"]["made"] == 0


def test_s1_what_was_made_ended_and_used(home: Home) -> None:
    now = time.time()
    history = write(
        home,
        event(now - 7200, "create", "a", project="app"),
        event(now - 7000, "attach", "a", project="app"),
        event(now - 6700, "detach", "a", project="app", seconds=300.0),
        event(now - 6600, "step", "a", project="app", seconds=2.0),
        event(now - 6500, "step-failed", "a", project="app"),
        event(now - 3600, "kill", "a", project="app"),
        event(now - 3000, "create", "b"),
        event(now - 2400, "gone", "b"),
        event(now - 2000, "error", "c"),
        event(now - 1000, "end", "proj-view-1-1", parent="proj", what="view"),
    )
    sample = Sample(now - 7100, "/s", "1.1", "a", "app", 30.0, 50_000_000, 3)
    history.add_samples([sample, sample._replace(at=now - 7040, cpu=90.0, memory=60_000_000)], 0)
    found = home.viewsync("stats", "sessions", "--json").json()
    total = found["sessions"]
    assert (total["made"], total["ended"], total["ended_by"]) == (2, 2, {"by_itself": 1, "killed": 1})
    assert (total["lifetime_seconds"], total["median_lifetime_seconds"]) == (4200, 2100)
    assert (total["attached_seconds"], total["cpu_seconds"], total["peak_memory_bytes"]) == (300, 90, 60_000_000)
    assert (total["steps"], total["steps_failed"], total["errors"]) == (2, 1, 1)
    assert (total["alive_now"], total["attached_now"]) == (0, 0)
    assert [(project["project"], project["made"]) for project in found["projects"]] == [("(none)", 1), ("app", 1)]
    shown = home.viewsync("stats").out
    assert "ended            2 (1 by itself, 1 killed)" in shown
    assert "the median of those that ended is 35m" in shown
    assert "57.2 MB in one session" in shown


def test_of_one_project_alone(home: Home) -> None:
    write(home, event(1000, "create", "a", project="app"), event(1000, "create", "b", project="other"))
    assert home.viewsync("stats", "--project", "app", "--json").json()["sessions"]["made"] == 1
    done = home.viewsync("stats", "--project", "nope")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "has no project 'nope' (it knows: app, other)" in done.err
    assert "(did you mean other?)" in home.viewsync("analyze", "--project", "othr").err


def test_what_is_alive_and_attached_now(server: Server, home: Home) -> None:
    create(server, "web")
    create(server, "api")
    tab, _ = server.open("web")
    found = home.viewsync("stats", "--json").json()["sessions"]
    assert (found["made"], found["alive_now"], found["attached_now"]) == (2, 2, 1)
    tab.hang_up()
    assert home.viewsync("kill", "-s", "api").code == 0
    until(lambda: home.viewsync("stats", "--json").json()["sessions"]["attached_now"] == 0, "the detach")
    found = home.viewsync("stats", "--json").json()["sessions"]
    assert (found["alive_now"], found["ended_by"]) == (1, {"killed": 1})


def test_a_session_that_could_not_be_made_is_an_error(server: Server, home: Home) -> None:
    program = os.path.join(home.path, "program")  # one that ends at once might be seen alive
    with open(program, "w", encoding="utf-8") as file:
        file.write("#!/nonexistent\n")
    os.chmod(program, 0o700)
    assert home.viewsync("create", "-S", server.socket, "-n", "web", "--", program).code == 3
    found = home.viewsync("stats", "--json").json()["sessions"]
    assert (found["made"], found["errors"]) == (0, 1)


def test_nothing_that_was_typed_is_in_the_history(server: Server, home: Home) -> None:
    create(server, "web", "-e", "TOKEN=hunter2", "--", "sh", "-c", "echo swordfish; exec sleep 1000")
    home.viewsync("kill", "-s", "web")
    told = [str(tuple(entry)) for entry in History(home.state).find("1", ())]
    assert len(told) == 2
    assert not any("hunter2" in line or "swordfish" in line for line in told)


def test_a_wrong_argument(home: Home) -> None:
    done = home.viewsync("stats", "windows")
    assert (done.code, done.err.count("\n")) == (1, 1)


def test_d1_a_projects_session_from_its_making_to_its_end(servers: Callable[..., Server], home: Home) -> None:
    server = servers()
    project = Project(home)
    project.command("dev", DEV)
    trusted(project, "dev")
    done = project.viewsync("run", "dev")
    assert done.code == 0, done
    note_pid(server)
    (name,) = home.registry()["sessions"]
    found = home.viewsync("stats", "--json").json()["projects"]
    assert [(project["project"], project["made"], project["alive_now"], project["steps"]) for project in found] == [
        ("myapp", 1, 1, 1)
    ]
    assert home.viewsync("kill-session", name).code == 0
    (app,) = home.viewsync("stats", "--json").json()["projects"]
    assert (app["project"], app["ended_by"], app["alive_now"]) == ("myapp", {"killed": 1}, 0)
    assert (app["steps"], app["steps_failed"]) == (3, 1)
