"""Project sessions that nobody uses end when their file says so; any that is in use, or may be, does not."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.projects.test_steps import events, read, start
from tests.support.projects import in_git
from tests.support.sessions import by_jq, counting_tmux, rows
from tests.support.unseen import blind, unseeing, with_ps
from tests.support.wait import until
from viewsync.context import Context
from viewsync.sessions import evidence
from viewsync.sweeper import one_pass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.projects import Project
    from tests.support.server import Home, Server
    from viewsync.views.cleanup import Swept

NAME = "myapp-main-dev"
FILE = "session: {auto_cleanup: true, session_timeout: 24h, windows: [{name: editor}]}\n"
_DAY = 86400.0


project = in_git


def sweep(home: Home, later: float = _DAY + 60, *, dry_run: bool = False) -> Swept:
    """As the sweeper does, that much later."""
    awake = time.monotonic() + later
    return one_pass.everything(
        Context(home.env, lambda: time.time() + later, awake=lambda: awake), "sweeper", dry_run=dry_run
    )


def ready(server: Server, name: str = NAME) -> None:
    """The shell is at its prompt."""
    until(lambda: server.run("capture-pane", "-p", "-t", f"={name}:").out.strip(), "the prompt")


def test_l2_one_that_nobody_used_for_its_timeout_ends(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    ready(server)
    server.tmux("send-keys", "-t", f"={NAME}:", "echo last words", "Enter")
    until(lambda: "\nlast words" in server.tmux("capture-pane", "-p", "-t", f"={NAME}:"), "the echo")
    assert sweep(home, _DAY - 60).count("end") == 0
    assert NAME in server.sessions()
    (verdict,) = [verdict for verdict in sweep(home, dry_run=True).verdicts if verdict.action == "end"]
    assert (verdict.session, verdict.reason) == (NAME, "unused for 1d")
    assert NAME in server.sessions()
    done = sweep(home)
    assert (done.count("end"), done.errors) == (1, [])
    assert (server.sessions(), rows(home)) == (["proj"], {})
    ((trigger, reason),) = events(home, "end")
    assert (trigger, reason.startswith("unused for 1d; its output is in ")) == ("expired", True)
    folder = reason.rpartition(" ")[2]
    (file,) = [name for name in os.listdir(folder) if name.startswith("pane-")]
    with open(os.path.join(folder, file), encoding="utf-8") as saved:
        assert "\nlast words" in saved.read()


@pytest.mark.filterwarnings("ignore:subprocess")  # the one that outlives the sweep is nobody's to wait for
def test_l2_its_cleanup_steps_run(server: Server, home: Home, project: Project) -> None:
    text = FILE.replace("windows", "cleanup_steps: [{run: echo once >> cleaned}], windows")
    assert start(project, server, text).code == 0
    ready(server)
    assert sweep(home).count("end") == 1
    until(lambda: read(project, "cleaned"), "the cleanup step")
    until(lambda: not os.listdir(os.path.join(home.state, "pending")), "that it is done")
    assert read(project, "cleaned") == "once\n"


def test_who_asks_for_views_gets_views(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE.replace("24h", "100ms")).code == 0
    ready(server)
    then = int(time.time())
    until(lambda: time.time() > then + 2, "that it is old: tmux counts in seconds")
    assert home.viewsync("cleanup", "--views").code == 0
    assert NAME in server.sessions()
    assert home.viewsync("cleanup", "--views", "--trigger", "wezterm-timer").code == 0
    assert NAME not in server.sessions()


def kept(server: Server, home: Home, said: Sequence[str] = ()) -> None:
    done = sweep(home)
    assert done.count("end") == 0
    assert NAME in server.sessions()
    for text in said:
        assert any(text in error for error in done.errors)


def test_l2_never_while_somebody_is_on_it(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    ready(server)
    tab = home.program(["tmux", "-S", server.socket, "attach-session", "-t", f"={NAME}"])
    until(lambda: server.clients().get(tab.pid), "the client")
    kept(server, home)


def test_l2_never_while_somebody_is_on_a_view_of_it(server: Server, home: Home, project: Project) -> None:
    """B5: then nobody is on the session itself."""
    assert start(project, server, FILE).code == 0
    ready(server)
    server.open(NAME)
    assert server.show(f"={NAME}:", "#{session_attached}") == "0"
    kept(server, home)


def test_b5_nor_with_two_clients_or_a_suspended_one(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    ready(server)
    tabs = [home.program(["tmux", "-S", server.socket, "attach-session", "-t", f"={NAME}"]) for _ in range(2)]
    until(lambda: len(server.clients()) == 2, "the clients")
    kept(server, home)
    tabs[0].hang_up()
    until(lambda: len(server.clients()) == 1, "one client")
    server.tmux("suspend-client", "-t", tabs[1].tty)
    kept(server, home)


@pytest.mark.parametrize("line", ["sleep 1000", "sleep 1000 &", "cat", "(trap '' HUP; sleep 1000) & exec sh"])
def test_l2_never_while_a_program_runs_in_it(server: Server, home: Home, project: Project, line: str) -> None:
    assert start(project, server, FILE).code == 0
    ready(server)
    server.tmux("send-keys", "-t", f"={NAME}:", f"{line}", "Enter")
    before = panes(server)
    mine = until(lambda: set(home.processes()) - {server.pid, *before}, "the program")
    kept(server, home)
    for pid in mine:  # some outlive their terminal
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("ps", [False, True])
def test_l2_never_where_nobody_can_tell_what_runs_in_it(
    server: Server, home: Home, project: Project, *, ps: bool
) -> None:
    """With ps alone it is seen that the shell waits, and not what it left in the background."""
    assert start(project, server, FILE).code == 0
    ready(server)
    blind(home)
    if ps:
        with_ps(home)
    code = "import time; from viewsync.sweeper import one_pass; from viewsync.context import Context; "
    code += f"later = {_DAY + 60}; awake = lambda: time.monotonic() + later; "
    code += "ctx = Context(None, lambda: time.time() + later, awake=awake); "
    code += "print(one_pass.everything(ctx, 'sweeper').count('end'))"
    argv = [*unseeing(), sys.executable, "-c", code]
    done = subprocess.run(argv, env=home.env, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("0\n", "")
    assert NAME in server.sessions()


def panes(server: Server) -> set[int]:
    return {int(pid) for pid in server.tmux("list-panes", "-a", "-F", "#{pane_pid}").split()}


@pytest.mark.parametrize(
    "text",
    [
        FILE.replace("true", "false"),
        FILE.replace("24h", "never"),
        FILE.replace("session_timeout: 24h, ", ""),
        FILE.replace("24h", "48h"),
    ],
)
def test_l2_only_where_its_file_says_so(server: Server, home: Home, project: Project, text: str) -> None:
    assert start(project, server, text).code == 0
    ready(server)
    kept(server, home)


def test_l2_not_what_was_used_since(server: Server, home: Home, project: Project) -> None:
    """By a program, which only the row tells."""
    assert start(project, server, FILE).code == 0
    ready(server)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    by_jq(home, f'.sessions["{NAME}"].last_active = $stamp', stamp=stamp)
    kept(server, home)


def test_l2_not_what_is_quarantined(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    ready(server)
    assert home.viewsync("quarantine", "-s", NAME).code == 0
    kept(server, home)


def test_l2_not_when_its_output_cannot_be_saved(
    server: Server, home: Home, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert start(project, server, FILE).code == 0
    ready(server)
    monkeypatch.setattr(evidence, "FOLDER", os.path.join("missing", "evidence"))
    kept(server, home, ["cannot create"])


def test_l2_not_on_an_unreadable_registry(server: Server, home: Home, project: Project) -> None:
    assert start(project, server, FILE).code == 0
    ready(server)
    with open(os.path.join(home.state, ".sessions.json"), "w", encoding="utf-8") as file:
        file.write("{")
    kept(server, home, ["is not JSON"])


def test_a_sweep_without_project_sessions_costs_nothing_more(server: Server, home: Home, project: Project) -> None:
    env, log = counting_tmux(home)
    counts = []
    for _ in range(2):
        assert home.viewsync("sweep", env=env).code == 0
        with open(log, encoding="utf-8") as file:
            counts.append(len(file.readlines()))
        os.unlink(log)
        assert home.viewsync("create", "-S", server.socket, "-n", f"s{len(counts)}").code == 0
    assert counts[0] == counts[1]
